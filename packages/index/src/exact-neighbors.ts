import { setImmediate as nextTurn } from "node:timers/promises";
import { createBest, innerProduct } from "./exact-search.js";
import { type RowFile, readRows } from "./row-file.js";
import type { Neighbor } from "./vector-index.js";

/** Bytes of rows in memory at a time. */
const chunk = 1 << 22;

/**
 * The exact neighbors of many queries, in one pass over a file of rows.
 *
 * @param queries `[n, D]` unit norm
 */
export async function exactNeighbors(
  rows: RowFile,
  queries: Float32Array,
  { k, count, removed }: { k: number; count: number; removed: ReadonlySet<number> },
): Promise<Neighbor[][]> {
  const { dimension } = rows;
  const asked = Array.from({ length: queries.length / dimension }, (_, i) => ({
    query: queries.subarray(i * dimension, (i + 1) * dimension),
    best: createBest(k),
  }));
  const step = Math.max(1, Math.floor(chunk / (dimension * 4)));
  for (let first = 0; first < count; first += step) {
    const n = Math.min(step, count - first);
    const vectors = await readRows(rows, first, n);
    for (const { query, best } of asked) {
      for (let i = 0; i < n; i++) {
        if (removed.has(first + i)) continue;
        best.offer(first + i, innerProduct(vectors, i * dimension, query));
      }
    }
    await nextTurn();
  }
  return asked.map(({ best }) => best.sorted());
}
