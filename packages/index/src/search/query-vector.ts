import { UserError } from "@cliptune/engine";

export interface WeightedVector {
  /** `[D]` unit norm */
  readonly vector: ArrayLike<number>;
  readonly weight: number;
}

/** Below this the terms of a query have cancelled each other but for rounding. */
const leastNorm = 1e-6;

/**
 * `sum(weight * vector)` scaled to unit norm.
 *
 * @returns `[D]`
 * @throws UserError when nothing is left of the sum
 */
export function combineTerms(terms: readonly WeightedVector[]): Float32Array {
  const sum = new Float64Array(terms[0]!.vector.length);
  for (const { vector, weight } of terms) {
    for (let i = 0; i < sum.length; i++) sum[i]! += weight * vector[i]!;
  }
  const norm = Math.hypot(...sum);
  if (norm < leastNorm) {
    throw new UserError(
      "The terms of the query cancel each other; change a weight, or ask for something else.",
    );
  }
  return Float32Array.from(sum, (value) => value / norm);
}
