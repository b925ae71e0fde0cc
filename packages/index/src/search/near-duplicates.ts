import { setImmediate as nextTurn } from "node:timers/promises";
import { innerProduct } from "../exact-search.js";
import { normTolerance } from "../unit-vector.js";
import type { VectorIndex } from "../vector-index.js";
import type { Candidate, Ranked } from "./ranked.js";

export interface Grouped {
  /** The best of each group. */
  readonly leaders: Ranked;
  /** Labels folded into a leader, the most alike first. */
  duplicatesOf(leader: number): readonly number[];
}

export interface FoldOptions {
  /** The least cosine of a duplicate. */
  readonly threshold: number;
  /** So many neighbours in rank are compared with one another. */
  readonly pool: number;
}

/** Leaders compared with their pool between turns of the event loop: some 5 ms. */
const slice = 64;

/**
 * Folds each item into the first one above it, in its own pool, whose cosine is at least `threshold`.
 * The pools are the best `pool` items, the next as many, and so on: no page depends on how many were
 * asked for, and duplicates whose ranks lie in two pools are shown once in each.
 */
export function foldDuplicates(
  ranked: Ranked,
  index: Pick<VectorIndex, "dimension" | "vectors">,
  options: FoldOptions,
): Grouped {
  const leaders: Candidate[] = [];
  const folded = new Map<number, readonly number[]>();
  const groups = groupsOf(ranked, index, options);
  return {
    async leaders(depth) {
      while (leaders.length < depth) {
        if (leaders.length % slice === slice - 1) await nextTurn();
        const { value, done } = await groups.next();
        if (done) break;
        leaders.push(value.leader);
        folded.set(value.leader.label, value.duplicates);
      }
      return leaders;
    },
    duplicatesOf: (leader) => folded.get(leader) ?? [],
  };
}

interface Group {
  readonly leader: Candidate;
  readonly duplicates: readonly number[];
}

async function* groupsOf(
  ranked: Ranked,
  index: Pick<VectorIndex, "dimension" | "vectors">,
  { threshold, pool }: FoldOptions,
): AsyncGenerator<Group, void> {
  for (let start = 0; ; start += pool) {
    const candidates = (await ranked(start + pool)).slice(start, start + pool);
    const rows = await index.vectors(candidates.map(({ label }) => label));
    const cosine = cosinesFrom(rows, index.dimension, threshold);
    const left = Int32Array.from(candidates.keys());
    for (let count = left.length; count > 0; ) {
      const leader = left[0]!;
      const alike: { readonly label: number; readonly cosine: number }[] = [];
      let kept = 0;
      for (let n = 1; n < count; n++) {
        const other = left[n]!;
        const likeness = cosine(leader, other);
        if (likeness < threshold) left[kept++] = other;
        else alike.push({ label: candidates[other]!.label, cosine: likeness });
      }
      count = kept;
      const duplicates = alike.sort((a, b) => b.cosine - a.cosine).map(({ label }) => label);
      yield { leader: candidates[leader]!, duplicates };
    }
    if (candidates.length < pool) return;
  }
}

/** Components compared before it is asked whether two rows can still be alike. */
const stride = 32;

/**
 * The cosine of two rows, or -1 where it is below `threshold`. With unit rows `|a - b|^2 = 2 - 2 cos`,
 * and a sum of squares only grows: most pairs are told apart by a fraction of their components.
 *
 * @param rows `[n, D]` unit norm
 */
function cosinesFrom(rows: Float32Array, dimension: number, threshold: number) {
  const farthest = 2 * (1 + normTolerance) ** 2 - 2 * threshold;
  return (left: number, right: number): number => {
    const a = left * dimension;
    const b = right * dimension;
    let distance = 0;
    for (let begin = 0; begin < dimension; begin += stride) {
      const end = Math.min(begin + stride, dimension);
      for (let i = begin; i < end; i++) {
        const difference = rows[a + i]! - rows[b + i]!;
        distance += difference * difference;
      }
      if (distance > farthest) return -1;
    }
    const cosine = innerProduct(rows, b, rows.subarray(a, a + dimension));
    return cosine >= threshold ? cosine : -1;
  };
}
