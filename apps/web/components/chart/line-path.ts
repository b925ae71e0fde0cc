import type { Point } from "@/lib/smooth";

/** An SVG path through the points; a value that is not finite leaves a gap. */
export function linePath(
  points: readonly Point[],
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  let path = "";
  let pen = false;
  for (const point of points) {
    const drawn = Number.isFinite(point.y);
    if (drawn) path += `${pen ? "L" : "M"}${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`;
    pen = drawn;
  }
  return path;
}
