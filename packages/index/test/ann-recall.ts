import { setImmediate as nextTurn } from "node:timers/promises";
import type { VectorIndex } from "@cliptune/index";

/** Scores this close count as equal: two copies of a picture may come in either order. */
const tie = 1e-6;

/**
 * The share of the exact `k` nearest that the store finds when left to itself, over all queries.
 *
 * @param queries `[n, D]` unit-norm rows
 */
export async function annRecall(
  index: Pick<VectorIndex, "dimension" | "search">,
  { queries, k }: { queries: Float32Array; k: number },
): Promise<number> {
  const { dimension } = index;
  let found = 0;
  let wanted = 0;
  for (let start = 0; start < queries.length; start += dimension) {
    await nextTurn();
    const query = queries.subarray(start, start + dimension);
    const truth = await index.search(query, k, { exact: true });
    const least = (truth.at(-1)?.score ?? 0) - tie;
    const neighbors = await index.search(query, k);
    found += neighbors.filter(({ score }) => score >= least).length;
    wanted += truth.length;
  }
  return wanted === 0 ? 1 : found / wanted;
}
