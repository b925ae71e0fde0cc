import type { Series } from "./series";

/** The points of all series, one a row, for a CSV file. */
export function seriesRows(
  series: readonly Series[],
  xName: string,
): readonly (readonly (string | number)[])[] {
  const rows = series.flatMap(({ name, points }) => points.map(({ x, y }) => [name, x, y]));
  return [["series", xName, "value"], ...rows];
}
