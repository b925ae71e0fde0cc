export type Theme = "light" | "dark";

export interface Line {
  readonly name: string;
  /** With how far a point may lie off, a whisker is drawn that far up and down. */
  readonly points: readonly (readonly [x: number, y: number, spread?: number])[];
  /** Drawn behind the others' thickness, without its points. */
  readonly faint?: boolean;
}

type Scale = (value: number) => number;

const frame = { width: 720, height: 420, left: 64, right: 188, top: 48, bottom: 52 };

const themes: Readonly<
  Record<Theme, Readonly<Record<"paper" | "ink" | "muted" | "grid", string>>>
> = {
  light: { paper: "#ffffff", ink: "#1c2430", muted: "#667080", grid: "#e3e7ec" },
  dark: { paper: "#12161c", ink: "#e6eaf0", muted: "#8d98a8", grid: "#2a313b" },
};

// Okabe & Ito's palette: told apart by people with any colour vision.
const colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999"];

export interface LineChart {
  readonly title: string;
  /** Name of the horizontal axis. */
  readonly across: string;
  readonly logX: boolean;
  readonly lines: readonly Line[];
  /** Places on the horizontal axis to point out. */
  readonly marks?: readonly { readonly name: string; readonly x: number }[];
}

/** A line chart as a whole SVG document. */
export function lineChart(chart: LineChart, theme: Theme): string {
  const { lines, marks = [] } = chart;
  const points = lines.flatMap((line) => line.points);
  const { paper, ink, muted, grid } = themes[theme];
  const { width, height, left, right, top, bottom } = frame;
  const values = points.map(([x]) => x);
  const up = points.flatMap(([, y, spread = 0]) => [y - spread, y + spread]);
  const [x, xTicks] = scale(values, [left, width - right], chart.logX);
  const [y, yTicks] = scale(up, [height - bottom, top], false);
  const text = (content: string, at: string) => `<text ${at}>${escaped(content)}</text>`;
  const size = `width="${width}" height="${height}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ${size} font-family="system-ui, sans-serif" font-size="12" role="img">`,
    `<title>${escaped(chart.title)}</title>`,
    `<rect ${size} fill="${paper}"/>`,
    text(chart.title, `x="${left}" y="26" font-size="15" font-weight="600" fill="${ink}"`),
    ...yTicks.flatMap((value) => {
      const at = `x="${left - 8}" y="${round(y(value) + 4)}" text-anchor="end" fill="${muted}"`;
      return [
        `<path d="M${left} ${round(y(value))}H${width - right}" stroke="${grid}"/>`,
        text(tickLabel(value), at),
      ];
    }),
    ...xTicks.map((value) => {
      const at = `x="${round(x(value))}" y="${height - bottom + 20}" text-anchor="middle"`;
      return text(tickLabel(value), `${at} fill="${muted}"`);
    }),
    text(
      chart.across,
      `x="${(left + width - right) / 2}" y="${height - 12}" text-anchor="middle" fill="${ink}"`,
    ),
    ...lines.flatMap((line, i) => drawn(line, { x, y, color: colors[i % colors.length]! })),
    ...marks.map(
      (mark) => `<path d="M${round(x(mark.x))} ${top}V${height - bottom}" ${dashed(muted)}/>`,
    ),
    ...marks.map((mark, i) => {
      const atRight = x(mark.x) > (left + width - right) / 2; // where its name would run into the key
      const side = atRight
        ? `x="${round(x(mark.x)) - 4}" text-anchor="end"`
        : `x="${round(x(mark.x)) + 4}"`;
      return text(mark.name, `${side} y="${top + 12 + 16 * i}" font-size="11" fill="${muted}"`);
    }),
    ...lines.flatMap(({ name, faint }, i) => {
      const [keyX, keyY] = [width - right + 16, top + 12 + 20 * i];
      const key = stroke(colors[i % colors.length]!, faint);
      return [
        `<path d="M${keyX} ${keyY}h18" ${key}/>`,
        text(name, `x="${keyX + 24}" y="${keyY + 4}" fill="${ink}"`),
      ];
    }),
    "</svg>\n",
  ].join("\n");
}

const stroke = (color: string, faint = false): string =>
  `stroke="${color}" stroke-width="${faint ? 1 : 2}"${faint ? ' stroke-opacity="0.5"' : ""}`;

const dashed = (color: string): string => `stroke="${color}" stroke-dasharray="4 4"`;

/** More points than this are a curve: no dot each. */
const mostDots = 40;

function drawn(
  { points, faint }: Line,
  { x, y, color }: { readonly x: Scale; readonly y: Scale; readonly color: string },
): string[] {
  const at = points.map(([a, b]) => [round(x(a)), round(y(b))] as const);
  const whiskers = points.flatMap(([a, b, spread]) =>
    spread ? [`M${round(x(a))} ${round(y(b - spread))}V${round(y(b + spread))}`] : [],
  );
  const path = at.map(([a, b], i) => `${i === 0 ? "M" : "L"}${a} ${b}`).join("");
  return [
    `<path d="${path}" fill="none" ${stroke(color, faint)} stroke-linejoin="round"/>`,
    ...(whiskers.length > 0 ? [`<path d="${whiskers.join("")}" ${stroke(color, true)}/>`] : []),
    ...(faint || at.length > mostDots ? [] : at).map(
      ([a, b]) => `<circle cx="${a}" cy="${b}" r="3.5" fill="${color}"/>`,
    ),
  ];
}

const mostTicks = 12;

function powersOfTen(least: number, most: number): number[] {
  const [first, last] = [Math.ceil(Math.log10(least) - 1e-9), Math.floor(Math.log10(most) + 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, i) => Number(`1e${first + i}`));
}

/** Small numbers by their power of ten. */
const tickLabel = (value: number): string =>
  value !== 0 && Math.abs(value) < 0.001
    ? value.toExponential()
    : String(Number(value.toPrecision(4)));

/**
 * A scale with a little air at both ends, and its ticks: round steps, or when logarithmic every value,
 * powers of ten if those are many.
 */
function scale(
  values: readonly number[],
  [from, to]: readonly [number, number],
  log: boolean,
): [Scale, number[]] {
  const least = Math.min(...values);
  const most = Math.max(...values);
  if (values.length === 0) return [() => from, []];
  if (log && least > 0) {
    const [a, b] = [Math.log(least), Math.log(most)];
    const at = (value: number) => from + ((Math.log(value) - a) / (b - a || 1)) * (to - from);
    const distinct = [...new Set(values)].sort((p, q) => p - q);
    return [at, distinct.length > mostTicks ? powersOfTen(least, most) : distinct];
  }
  const step = niceStep((most - least) / 5 || Math.abs(most) / 5 || 1);
  const [low, high] = [Math.floor(least / step) * step, Math.ceil(most / step) * step || step];
  const at = (value: number) => from + ((value - low) / (high - low || 1)) * (to - from);
  const count = Math.round((high - low) / step);
  return [
    at,
    Array.from({ length: count + 1 }, (_, i) => Number((low + i * step).toPrecision(12))),
  ];
}

/** 1, 2 or 5 times a power of ten: the least that is not below `rough`. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Text within SVG or HTML, attributes included. */
export function escaped(text: string): string {
  const marks = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" } as const;
  return text.replace(/[&<>"]/g, (mark) => marks[mark as keyof typeof marks]);
}
