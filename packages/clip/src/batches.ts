/** Some consecutive items, run as a batch of a size that a program exists for. */
export interface Batch {
  readonly start: number;
  readonly count: number;
  /** At least `count`; the rest is padding. */
  readonly size: number;
}

/**
 * Cuts `total` items into full batches of the largest size and a remainder that takes the smallest
 * size holding it.
 *
 * @param sizes ascending
 */
export function splitBatches(total: number, sizes: readonly number[]): Batch[] {
  const largest = sizes.at(-1)!;
  const batches: Batch[] = [];
  for (let start = 0; start < total; start += largest) {
    const count = Math.min(largest, total - start);
    batches.push({ start, count, size: sizes.find((size) => size >= count)! });
  }
  return batches;
}
