import type { Neighbor } from "../vector-index.js";
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
  /** The closest stored vectors to a stored one, best first, itself among them. */
  neighbors(label: number, k: number): Promise<readonly Neighbor[]>;
  /** Whether an item may be shown: a filter may have left it out. */
  shown(label: number): boolean;
}

/** How many neighbors are looked at first; more only when all of them are duplicates. */
const fewNeighbors = 16;

/**
 * Folds each item into the first one above it whose cosine is at least `threshold`. Duplicates are
 * looked for from their leader, so that each page knows all of its own, however far below they are.
 */
export function foldDuplicates(ranked: Ranked, options: FoldOptions): Grouped {
  const leaders: Candidate[] = [];
  const folded = new Map<number, readonly number[]>();
  const taken = new Set<number>();
  const lead = async (candidate: Candidate) => {
    const all = await duplicates(candidate.label, options);
    const alike = all.filter((label) => !taken.has(label));
    for (const label of [candidate.label, ...alike]) taken.add(label);
    leaders.push(candidate);
    folded.set(candidate.label, alike);
  };
  let walked = 0;
  return {
    async leaders(depth) {
      for (let wanted = 2 * depth; leaders.length < depth; wanted *= 2) {
        const list = await ranked(wanted);
        for (; walked < list.length && leaders.length < depth; walked++) {
          if (!taken.has(list[walked]!.label)) await lead(list[walked]!);
        }
        if (list.length < wanted) break;
      }
      return leaders;
    },
    duplicatesOf: (leader) => folded.get(leader) ?? [],
  };
}

async function duplicates(
  leader: number,
  { threshold, neighbors, shown }: FoldOptions,
): Promise<number[]> {
  for (let k = fewNeighbors; ; k *= 4) {
    const found = await neighbors(leader, k);
    const alike = found.filter(({ score }) => score >= threshold);
    if (alike.length === k) continue;
    return alike.map(({ label }) => label).filter((label) => label !== leader && shown(label));
  }
}
