/** Shows how far a task is: a line redrawn on a terminal, a line every few seconds elsewhere. */
export interface Progress {
  /** @param total undefined while nobody knows it  @param note what else to show, such as the loss */
  update(done: number, total: number | undefined, note?: string): void;
  /** Prints a line that stays, above the bar. */
  line(text: string): void;
  /** Takes the bar away. */
  stop(): void;
}

export interface ProgressOptions {
  readonly label: string;
  readonly stream?: NodeJS.WriteStream;
  /** Milliseconds between drawings; 100 on a terminal, 5000 elsewhere. */
  readonly interval?: number;
}

const barWidth = 24;

export function createProgress({
  label,
  stream = process.stderr,
  interval,
}: ProgressOptions): Progress {
  const terminal = stream.isTTY === true;
  const pause = interval ?? (terminal ? 100 : 5000);
  let drawn = terminal ? Number.NEGATIVE_INFINITY : performance.now();
  let last: number | undefined;
  let visible = false;
  let first: { done: number; at: number } | undefined; // a resumed task does not start at 0
  const clear = () => {
    if (visible) stream.write("\r\u001b[2K");
    visible = false;
  };
  return {
    update(done, total, note = "") {
      const now = performance.now();
      if (first === undefined || first.done === done) first = { done, at: now }; // what comes before the pace is none of it
      const ends = total !== undefined && done >= total && done !== last; // told at once, but once
      if (now - drawn < pause && !ends) return;
      [drawn, last] = [now, done];
      const pace = done > first.done ? (now - first.at) / (done - first.done) : undefined;
      const known = pace !== undefined && total !== undefined;
      const secondsLeft = known ? (pace * (total - done)) / 1000 : undefined;
      const text = describeProgress({ label, done, total, note, secondsLeft });
      if (!terminal) {
        stream.write(`${text}\n`);
        return;
      }
      clear();
      const drawing = total === undefined ? "" : `${bar(done / total)} `;
      stream.write(fit(`${drawing}${text}`, stream.columns || 80));
      visible = true;
    },
    line(text) {
      clear();
      stream.write(`${text}\n`);
    },
    stop: clear,
  };
}

interface Moment {
  readonly label: string;
  readonly done: number;
  readonly total: number | undefined;
  readonly note: string;
  readonly secondsLeft: number | undefined;
}

/** `train 40 % · 12/30 · 118 pairs/s · 9 s left` */
export function describeProgress({ label, done, total, note, secondsLeft }: Moment): string {
  if (total === undefined)
    return [label, String(done), note].filter((part) => part !== "").join(" · ");
  const share = total === 0 ? 1 : done / total;
  const left = secondsLeft !== undefined && done < total ? `${duration(secondsLeft)} left` : "";
  return [`${label} ${Math.floor(share * 100)} %`, `${done}/${total}`, note, left]
    .filter((part) => part !== "")
    .join(" · ");
}

/** Seconds as a person says them: 9 s, 3 min 5 s, 2 h 4 min. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * barWidth);
  return `[${"#".repeat(full)}${"-".repeat(barWidth - full)}]`;
}

function fit(text: string, columns: number): string {
  return text.length < columns ? text : text.slice(0, Math.max(0, columns - 1));
}
