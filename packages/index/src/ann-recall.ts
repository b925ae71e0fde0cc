import { setImmediate as nextTurn } from "node:timers/promises";
import type { VectorIndex } from "./vector-index.js";

/** Scores this close count as equal: two copies of a picture may come in either order. */
const tie = 1e-6;

/**
 * The share of the exact store's `k` nearest that the other store finds, over all queries.
 *
 * @param queries `[n, D]` unit-norm rows
 */
export async function annRecall(
  index: VectorIndex,
  exact: VectorIndex,
  { queries, k }: { queries: Float32Array; k: number },
): Promise<number> {
  const { dimension } = exact;
  let found = 0;
  let wanted = 0;
  for (let start = 0; start < queries.length; start += dimension) {
    await nextTurn();
    const query = queries.subarray(start, start + dimension);
    const truth = exact.search(query, k);
    const least = (truth.at(-1)?.score ?? 0) - tie;
    found += index.search(query, k).filter(({ score }) => score >= least).length;
    wanted += truth.length;
  }
  return wanted === 0 ? 1 : found / wanted;
}
