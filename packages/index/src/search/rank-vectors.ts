import type { Neighbor, VectorIndex } from "../vector-index.js";
import { rankExactly } from "./rank-exactly.js";
import { headFirst, type Ranked } from "./ranked.js";

export interface VectorRows {
  readonly index: VectorIndex;
  /** `[n, D]` */
  readonly vectors: Float32Array;
}

/** How deep the graph is searched before a page that lies deeper is ranked exactly. */
const graphDepth = 1000;

/** Multiplications that a filtered search may take before it asks the graph: some 50 ms. */
const exactWork = 2 ** 26;

/**
 * All items, or those of `labels`, by closeness. What is beyond the first page comes from deeper
 * searches, each of which may find what the graph missed before: it then follows what was given
 * already, so that no item is given twice or never.
 *
 * @param query `[D]` unit norm
 * @param first hits of the first page
 */
export function rankVectors(
  rows: VectorRows,
  query: Float32Array,
  { first, labels }: { readonly first: number; readonly labels: Uint32Array | undefined },
): Ranked {
  const { index, vectors } = rows;
  const exact = (k: number) => rankExactly(vectors, query, { k, labels });
  if (labels && labels.length * query.length <= exactWork) return exact;
  const search = labels
    ? filteredSearch(index, query, labels)
    : (k: number) => index.search(query, k);
  const depths = [first, graphDepth].filter((depth) => depth <= graphDepth);
  return depths.reduceRight<Ranked>((rest, depth) => {
    let head: readonly Neighbor[] | undefined;
    return (wanted) => {
      head ??= search(depth) ?? exact(depth);
      return headFirst(head, rest)(wanted);
    };
  }, exact);
}

/** Fetches more than wanted, by the share that the filter leaves; nothing when that is too few. */
function filteredSearch(index: VectorIndex, query: Float32Array, labels: Uint32Array) {
  const kept = new Set(labels);
  const slack = 2;
  return (k: number): Neighbor[] | undefined => {
    const fetched = Math.ceil((slack * k * index.count) / labels.length);
    const found = index.search(query, Math.min(fetched, index.count));
    const passing = found.filter(({ label }) => kept.has(label));
    return passing.length >= Math.min(k, labels.length) ? passing.slice(0, k) : undefined;
  };
}
