export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Exponential moving average, corrected for its start as in Adam, so that the first points are not
 * pulled to zero.
 *
 * @param weight of the past, 0 (none) to below 1
 */
export function smooth(points: readonly Point[], weight: number): Point[] {
  let mean = 0;
  let remaining = 1; // weight^n: the share that is still the zero it began with
  return points.map(({ x, y }) => {
    mean = weight * mean + (1 - weight) * y;
    remaining *= weight;
    return { x, y: mean / (1 - remaining) };
  });
}
