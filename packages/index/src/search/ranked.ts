import type { Neighbor } from "../vector-index.js";

export interface Candidate extends Neighbor {
  /** What it is ordered by, where that is not the score. */
  readonly relevance?: number;
}

/**
 * An order of items, computed as far as it is wanted: gives at least `depth` of them (all, when
 * there are fewer), best first. What it gave for a smaller depth is the beginning of what it gives
 * for a larger one, so that pages fit together.
 */
export type Ranked = (depth: number) => Promise<readonly Candidate[]>;

/** The head, then what the rest holds besides. */
export function headFirst(head: readonly Candidate[], rest: Ranked): Ranked {
  const seen = new Set(head.map(({ label }) => label));
  return async (depth) => {
    if (depth <= head.length) return head;
    const further = await rest(depth + head.length);
    return [...head, ...further.filter(({ label }) => !seen.has(label))];
  };
}

export function without(ranked: Ranked, labels: ReadonlySet<number>): Ranked {
  if (labels.size === 0) return ranked;
  return async (depth) => {
    const all = await ranked(depth + labels.size);
    return all.filter(({ label }) => !labels.has(label));
  };
}
