import type { Point } from "@/lib/smooth";

export type Tone = "accent" | "warm" | "muted";

export interface Series {
  readonly name: string;
  readonly tone: Tone;
  /** By rising x. */
  readonly points: readonly Point[];
  /** Drawn thin and pale, and not read out: the raw values behind a smoothed line. */
  readonly faint?: boolean;
  /** Marks each value: few and far between. */
  readonly dots?: boolean;
}

export interface Reference {
  readonly label: string;
  readonly value: number;
  readonly tone: Tone;
}

export const strokeOf: Readonly<Record<Tone, string>> = {
  accent: "stroke-accent",
  warm: "stroke-warm",
  muted: "stroke-muted",
};

/** The x of the point closest to `x` in any series. */
export function nearestX(series: readonly Series[], x: number): number | undefined {
  let best: number | undefined;
  for (const { points } of series) {
    const candidate = nearestPoint(points, x)?.x;
    if (candidate === undefined) continue;
    if (best === undefined || Math.abs(candidate - x) < Math.abs(best - x)) best = candidate;
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
