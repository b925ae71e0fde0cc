import type { Point } from "@/lib/smooth";

/** An SVG path through the points; a value that has no place, as 0 has none on a logarithmic axis, leaves a gap. */
export function linePath(
  points: readonly Point[],
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  let path = "";
  let pen = false;
  for (const point of points) {
    const [px, py] = [x(point.x), y(point.y)];
    const drawn = Number.isFinite(px) && Number.isFinite(py);
    if (drawn) path += `${pen ? "L" : "M"}${px.toFixed(1)} ${py.toFixed(1)}`;
    pen = drawn;
  }
  return path;
}
