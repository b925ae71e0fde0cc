import type { LanceIndex, LanceSearch } from "./lance-index.js";
import type { AnnRecall } from "./manifest.js";
import type { SinkEnd } from "./vector-sink.js";

/** Widths of the search that are tried, in this order, until the wanted recall is reached. */
const widths: readonly LanceSearch[] = [
  { nprobes: 10, refineFactor: 5 },
  { nprobes: 20, refineFactor: 10 },
  { nprobes: 40, refineFactor: 10 },
  { nprobes: 80, refineFactor: 20 },
  { nprobes: 160, refineFactor: 40 },
  { nprobes: 320, refineFactor: 80 },
];

/**
 * The narrowest search that finds the wanted share of the exact neighbors; none (searches are exact)
 * where none of those tried does.
 */
export async function tuneLance(
  index: LanceIndex,
  { removed, titles, recall }: SinkEnd,
): Promise<{ search: LanceSearch | null; annRecall: AnnRecall | null }> {
  const { dimension } = index;
  const queries = titles ?? (await index.vectors(spread(index.rows, new Set(removed))));
  const sample = queries.length / dimension;
  const k = Math.min(10, index.count);
  const query = (i: number) => queries.subarray(i * dimension, (i + 1) * dimension);
  const least: number[] = []; // the score of each query's last neighbor
  for (let i = 0; i < sample; i++) {
    const truth = await index.search(query(i), k, { exact: true });
    least.push(truth.at(-1)!.score - 1e-6); // copies may come in either order
  }
  for (const search of widths) {
    index.setSearch(search);
    let found = 0;
    for (let i = 0; i < sample; i++) {
      const neighbors = await index.search(query(i), k);
      found += neighbors.filter(({ score }) => score >= least[i]!).length;
    }
    const value = found / (sample * k);
    if (value < recall) continue;
    const queriesAre = titles ? "titles" : "pictures";
    return { search, annRecall: { k, value, wanted: recall, sample, queries: queriesAre } };
  }
  return { search: null, annRecall: null };
}

/** Up to a hundred labels, evenly spread. */
function spread(rows: number, gone: ReadonlySet<number>): number[] {
  const labels: number[] = [];
  const step = Math.max(1, rows / 100);
  for (let at = 0; at < rows; at += step) {
    if (!gone.has(Math.floor(at))) labels.push(Math.floor(at));
  }
  return labels;
}
