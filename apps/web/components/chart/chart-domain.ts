import { type Axis, type Extent, extentOf, niceAxis } from "@/lib/scale";
import type { Reference, Series } from "./series";

export interface ChartDomain {
  readonly x: Extent;
  readonly y: Axis;
}

/** x from 0 to the last step, y as wide as the lines and `include` need, in round numbers. */
export function chartDomain(
  series: readonly Series[],
  references: readonly Reference[],
  include: readonly number[],
): ChartDomain {
  const points = series.flatMap((one) => one.points);
  const last = extentOf(points.map(({ x }) => x))?.[1] ?? 1;
  const values = [...points.map(({ y }) => y), ...references.map(({ value }) => value), ...include];
  return { x: [0, Math.max(1, last)], y: niceAxis(extentOf(values) ?? [0, 1], 5) };
}
