import { shown } from "./render-table.js";
import type { SweepPlot } from "./sweep-config.js";
import type { SweepTable } from "./table.js";

export type Theme = "light" | "dark";

interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
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

/** A line chart of columns of the table, as a whole SVG document; rows without a number are left out. */
export function plotSvg(plot: SweepPlot, table: SweepTable, theme: Theme): string {
  const lines = linesOf(plot, table);
  const points = lines.flatMap((line) => line.points);
  const { paper, ink, muted, grid } = themes[theme];
  const { width, height, left, right, top, bottom } = frame;
  const across = points.map(([x]) => x);
  const up = points.map(([, y]) => y);
  const [x, xTicks] = scale(across, [left, width - right], plot.logX);
  const [y, yTicks] = scale(up, [height - bottom, top], false);
  const text = (content: string, at: string) => `<text ${at}>${escaped(content)}</text>`;
  const size = `width="${width}" height="${height}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ${size} font-family="system-ui, sans-serif" font-size="12" role="img">`,
    `<title>${escaped(plot.title)}</title>`,
    `<rect ${size} fill="${paper}"/>`,
    text(plot.title, `x="${left}" y="26" font-size="15" font-weight="600" fill="${ink}"`),
    ...yTicks.flatMap((value) => {
      const at = `x="${left - 8}" y="${round(y(value) + 4)}" text-anchor="end" fill="${muted}"`;
      return [
        `<path d="M${left} ${round(y(value))}H${width - right}" stroke="${grid}"/>`,
        text(shown(value), at),
      ];
    }),
    ...xTicks.map((value) => {
      const at = `x="${round(x(value))}" y="${height - bottom + 20}" text-anchor="middle"`;
      return text(shown(value), `${at} fill="${muted}"`);
    }),
    text(
      labelOf(plot.x, table),
      `x="${(left + width - right) / 2}" y="${height - 12}" text-anchor="middle" fill="${ink}"`,
    ),
    ...lines.flatMap((line, i) => drawn(line, { x, y, color: colors[i % colors.length]! })),
    ...lines.flatMap(({ name }, i) => {
      const [keyX, keyY] = [width - right + 16, top + 12 + 20 * i];
      return [
        `<path d="M${keyX} ${keyY}h18" stroke="${colors[i % colors.length]}" stroke-width="2"/>`,
        text(name, `x="${keyX + 24}" y="${keyY + 4}" fill="${ink}"`),
      ];
    }),
    "</svg>\n",
  ].join("\n");
}

/** One line for each column and each value of `by`, its points from left to right. */
function linesOf({ x, y, by }: SweepPlot, table: SweepTable): Line[] {
  const { rows } = table;
  const groups = by === undefined ? [undefined] : [...new Set(rows.map((row) => row[by] ?? null))];
  return y.flatMap((column) =>
    groups.map((group) => {
      const own = rows.filter((row) => by === undefined || (row[by] ?? null) === group);
      const found = own.flatMap((row) => {
        const [a, b] = [row[x], row[column]];
        return typeof a === "number" && typeof b === "number" ? [[a, b] as const] : [];
      });
      const named = y.length > 1 || by === undefined ? [labelOf(column, table)] : [];
      if (by !== undefined) named.push(`${labelOf(by, table)} ${shown(group ?? null)}`);
      return { name: named.join(", "), points: found.sort((p, q) => p[0] - q[0]) };
    }),
  );
}

function labelOf(name: string, { columns }: SweepTable): string {
  return columns.find((column) => column.name === name)?.label ?? name;
}

function drawn(
  { points }: Line,
  { x, y, color }: { readonly x: Scale; readonly y: Scale; readonly color: string },
): string[] {
  const at = points.map(([a, b]) => [round(x(a)), round(y(b))] as const);
  const path = at.map(([a, b], i) => `${i === 0 ? "M" : "L"}${a} ${b}`).join("");
  return [
    `<path d="${path}" fill="none" stroke="${color}" stroke-width="2" stroke-linejoin="round"/>`,
    ...at.map(([a, b]) => `<circle cx="${a}" cy="${b}" r="3.5" fill="${color}"/>`),
  ];
}

/** A scale with a little air at both ends, and its ticks: every value when logarithmic, round steps otherwise. */
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
    return [at, [...new Set(values)].sort((p, q) => p - q)];
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

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
