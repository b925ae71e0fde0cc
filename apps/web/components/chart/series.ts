import type { Point } from "@/lib/smooth";

/** Colours of lines, in the order in which they are given out. */
export const tones = ["accent", "warm", "green", "rose", "violet", "teal"] as const;
export type Tone = (typeof tones)[number] | "muted";

export interface Series {
  readonly name: string;
  readonly tone: Tone;
  /** By rising x. */
  readonly points: readonly Point[];
  /** Drawn thin and pale, and not read out: the raw values behind a smoothed line. */
  readonly faint?: boolean;
  /** Marks each value: few and far between. */
  readonly dots?: boolean;
  /** Drawn dotted: tells lines of one tone apart. */
  readonly dotted?: boolean;
}

export interface Reference {
  readonly label: string;
  readonly value: number;
  readonly tone: Tone;
}

export const strokeOf: Readonly<Record<Tone, string>> = {
  accent: "stroke-accent",
  warm: "stroke-warm",
  green: "stroke-green",
  rose: "stroke-rose",
  violet: "stroke-violet",
  teal: "stroke-teal",
  muted: "stroke-muted",
};

export const fillOf: Readonly<Record<Tone, string>> = {
  accent: "fill-accent",
  warm: "fill-warm",
  green: "fill-green",
  rose: "fill-rose",
  violet: "fill-violet",
  teal: "fill-teal",
  muted: "fill-muted",
};

/** How the line number `i` of a chart looks: after the last tone, the first comes again, dotted. */
export function lineLook(i: number): Pick<Series, "tone" | "dotted"> {
  const tone = tones[i % tones.length]!;
  return i < tones.length ? { tone } : { tone, dotted: true };
}

/** The x of the point that lies closest to `px` on the screen, in any series. */
export function nearestX(
  series: readonly Series[],
  px: number,
  x: (value: number) => number,
): number | undefined {
  let best: number | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const { points } of series) {
    for (const point of points) {
      const distance = Math.abs(x(point.x) - px);
      if (!(distance < least)) continue;
      least = distance;
      best = point.x;
    }
  }
  return best;
}

/** By bisection. */
export function nearestPoint(points: readonly Point[], x: number): Point | undefined {
  let low = 0;
  let high = points.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle] as Point).x < x) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [points[low - 1], points[low]];
  if (!before || !after) return after ?? before;
  return x - before.x < after.x - x ? before : after;
}
