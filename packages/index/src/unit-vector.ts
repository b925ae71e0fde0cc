import { UserError } from "@cliptune/engine";

/** How far from 1 a stored vector's norm may be: float32 rounding at any usual dimension. */
export const normTolerance = 1e-3;

/**
 * Throws unless every row is finite and of unit norm: hnswlib takes anything, and one NaN in its
 * graph spoils the rows beside it.
 *
 * @param vectors `[n, D]`
 */
export function assertUnitRows(where: string, vectors: Float32Array, dimension: number): void {
  if (vectors.length % dimension !== 0) {
    throw new UserError(
      `${where}: got ${vectors.length} numbers, which is not a whole number of rows of ${dimension}; all vectors of an index have the same dimension.`,
    );
  }
  for (let start = 0; start < vectors.length; start += dimension) {
    const norm = Math.sqrt(squaredNorm(vectors, start, start + dimension));
    if (!(Math.abs(norm - 1) <= normTolerance)) {
      throw new UserError(
        `${where}: vector ${start / dimension} has norm ${norm}; an index holds finite vectors of norm 1.`,
      );
    }
  }
}

/**
 * A query scaled to unit norm, in a new array.
 *
 * @param query `[D]`, any norm but 0
 */
export function unitQuery(query: ArrayLike<number>, dimension: number): Float32Array {
  if (query.length !== dimension) {
    throw new UserError(
      `The query has ${query.length} numbers; this index holds vectors of ${dimension}. Encode the query with the index's own model.`,
    );
  }
  const norm = Math.sqrt(squaredNorm(query, 0, dimension));
  if (!(norm > 0 && norm < Number.POSITIVE_INFINITY)) {
    throw new UserError(`The query has norm ${norm}; it must be finite and not zero.`);
  }
  return Float32Array.from(query, (value) => value / norm);
}

function squaredNorm(values: ArrayLike<number>, start: number, end: number): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum += values[i]! ** 2;
  return sum;
}
