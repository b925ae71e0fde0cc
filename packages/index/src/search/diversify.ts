import { innerProduct } from "../exact-search.js";
import type { VectorIndex } from "../vector-index.js";
import { type Candidate, headFirst, type Ranked } from "./ranked.js";

/** The best so many are ordered anew; what is below follows as it was. */
const poolSize = 200;

/**
 * Maximal marginal relevance: each place goes to the item of highest
 * `(1 - diversity) * relevance - diversity * (greatest cosine with an item placed before)`, where
 * relevance is the score brought to 0..1 over the pool: cosines of texts with pictures and of
 * pictures with pictures lie in different ranges.
 *
 * @see Carbonell & Goldstein 1998, https://doi.org/10.1145/290941.291025
 */
export function diversify(
  ranked: Ranked,
  index: Pick<VectorIndex, "dimension" | "vectors">,
  diversity: number,
): Ranked {
  let head: readonly Candidate[] | undefined;
  const reordered = async () => {
    const pool = (await ranked(poolSize)).slice(0, poolSize);
    const vectors = await index.vectors(pool.map(({ label }) => label));
    return reorder(pool, vectors, { dimension: index.dimension, diversity });
  };
  return async (depth) => {
    head ??= await reordered();
    return headFirst(head, ranked)(depth);
  };
}

/** @param vectors `[n, D]` unit norm, the pool's */
function reorder(
  pool: readonly Candidate[],
  vectors: Float32Array,
  { dimension, diversity }: { readonly dimension: number; readonly diversity: number },
): Candidate[] {
  const values = pool.map(({ relevance, score }) => relevance ?? score);
  const least = Math.min(...values);
  const range = Math.max(...values) - least || 1;
  const left = pool.map((candidate, i) => {
    return {
      candidate,
      start: i * dimension,
      relevance: (values[i]! - least) / range,
      likeness: 0,
    };
  });
  const ordered: Candidate[] = [];
  while (left.length > 0) {
    const worth = left.map((item) => (1 - diversity) * item.relevance - diversity * item.likeness);
    const best = worth.indexOf(Math.max(...worth));
    const [taken] = left.splice(best, 1);
    ordered.push(taken!.candidate);
    const vector = vectors.subarray(taken!.start, taken!.start + dimension);
    for (const item of left) {
      const cosine = innerProduct(vectors, item.start, vector);
      item.likeness = Math.max(item.likeness, cosine);
    }
  }
  return ordered;
}
