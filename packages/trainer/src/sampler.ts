import type { Pair } from "./folder.js";
import { permutation, stream } from "./random.js";

/** Pairs to train on and their share of each batch, relative to the other sets. */
export interface WeightedPairs {
  readonly pairs: readonly Pair[];
  readonly weight: number;
}

/** One pair in a batch. `epoch` counts passes over its own set: with the id it keys every random draw. */
export interface Sample {
  readonly pair: Pair;
  readonly set: number;
  readonly epoch: number;
  /** Place in its set, for finding a neighbour when the picture is broken. */
  readonly index: number;
}

export interface Sampler {
  readonly stepsPerEpoch: number;
  /** The batch of a step, a pure function of it: there is no state to save. */
  batch(step: number): Sample[];
}

/**
 * Shuffles every set anew each epoch and mixes them: a set's share of each batch is proportional to its
 * weight, rounded to whole pairs, at least one. An epoch is a pass over the first set.
 */
export function createSampler(
  sets: readonly WeightedPairs[],
  { batchSize, seed }: { readonly batchSize: number; readonly seed: number },
): Sampler {
  const counts = batchShares(
    sets.map((set) => set.weight),
    batchSize,
  );
  const shuffles = sets.map(({ pairs }, set) =>
    lastOf((epoch) => permutation(pairs.length, stream(seed, "shuffle", set, epoch))),
  );
  const sampleAt = (set: number, position: number): Sample => {
    const { pairs } = sets[set]!;
    const epoch = Math.floor(position / pairs.length);
    const index = shuffles[set]!(epoch)[position % pairs.length]!;
    return { pair: pairs[index]!, set, epoch, index };
  };
  return {
    stepsPerEpoch: Math.max(1, Math.round(sets[0]!.pairs.length / counts[0]!)),
    batch: (step) =>
      counts.flatMap((count, set) =>
        Array.from({ length: count }, (_, i) => sampleAt(set, step * count + i)),
      ),
  };
}

/** Whole numbers that add up to `total`, as near to proportional as can be (largest remainder), none below 1. */
export function batchShares(weights: readonly number[], total: number): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  const exact = weights.map((weight) => (weight / sum) * total);
  const counts = exact.map((share) => Math.max(1, Math.floor(share)));
  const byNeed = exact.map((share, i) => ({ i, need: share - counts[i]! }));
  byNeed.sort((a, b) => b.need - a.need || a.i - b.i);
  for (let k = 0, left = total - counts.reduce((a, b) => a + b, 0); left > 0; k++, left--) {
    counts[byNeed[k % byNeed.length]!.i]!++;
  }
  // Sets raised to one pair take it from the largest.
  for (let over = counts.reduce((a, b) => a + b, 0) - total; over > 0; over--) {
    counts[counts.indexOf(Math.max(...counts))]!--;
  }
  return counts;
}

/** Remembers the last two results: a batch may span two epochs. */
function lastOf<T>(make: (key: number) => T): (key: number) => T {
  const kept = new Map<number, T>();
  return (key) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = make(key);
    kept.set(key, made);
    if (kept.size > 2) kept.delete(kept.keys().next().value!);
    return made;
  };
}
