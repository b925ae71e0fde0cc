import { type Candidate, headFirst, type Ranked } from "./ranked.js";

/** The constant of the paper: how little the first places differ. */
const damping = 60;

/** How many of each order are fused; what is below follows in the order of the vectors. */
export const fusedDepth = 200;

/**
 * Reciprocal-rank fusion: `(1 - share) / (60 + place by vector) + share / (60 + place by text)`.
 *
 * @param texts by full text, best first
 * @see Cormack, Clarke & Buettcher 2009, https://doi.org/10.1145/1571941.1572114
 */
export function fuse(
  vectors: Ranked,
  texts: readonly Candidate[],
  { share }: { readonly share: number },
): Ranked {
  let head: readonly Candidate[] | undefined;
  const fused = async () => {
    const byLabel = new Map<number, Candidate & { readonly relevance: number }>();
    const count = (list: readonly Candidate[], weight: number) => {
      for (const [place, { label, score }] of list.slice(0, fusedDepth).entries()) {
        const before = byLabel.get(label)?.relevance ?? 0;
        byLabel.set(label, { label, score, relevance: before + weight / (damping + place + 1) });
      }
    };
    count(await vectors(fusedDepth), 1 - share);
    count(texts, share);
    return [...byLabel.values()].sort(
      (left, right) => right.relevance - left.relevance || left.label - right.label,
    );
  };
  return async (depth) => {
    head ??= await fused();
    return headFirst(head, vectors)(depth);
  };
}
