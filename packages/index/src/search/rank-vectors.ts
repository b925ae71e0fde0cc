import type { Neighbor, VectorIndex } from "../vector-index.js";
import { headFirst, type Ranked } from "./ranked.js";

/** How deep the graph is searched before a page that lies deeper is ranked exactly. */
const graphDepth = 1000;

/**
 * All items, or those of `labels`, by closeness. What is beyond the first page comes from deeper
 * searches, each of which may find what the graph missed before: it then follows what was given
 * already, so that no item is given twice or never.
 *
 * @param query `[D]` unit norm
 * @param first hits of the first page
 */
export function rankVectors(
  index: VectorIndex,
  query: Float32Array,
  { first, labels }: { readonly first: number; readonly labels: Uint32Array | undefined },
): Ranked {
  const exact: Ranked = (k) => index.search(query, k, { within: labels, exact: true });
  const depths = [first, graphDepth].filter((depth) => depth <= graphDepth);
  return depths.reduceRight<Ranked>((rest, depth) => {
    let head: readonly Neighbor[] | undefined;
    return async (wanted) => {
      head ??= await index.search(query, depth, { within: labels });
      return headFirst(head, rest)(wanted);
    };
  }, exact);
}
