import { UserError } from "@cliptune/engine";
import { classOf, type Pair } from "./folder.js";
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

export interface SamplerOptions {
  readonly batchSize: number;
  readonly seed: number;
  /** Pairs that share a title or a caption never meet in a batch. */
  readonly distinct?: boolean;
  /** Each class (label, else title) equally often. */
  readonly balance?: boolean;
}

/** The sample at a place of a set's endless sequence. */
type Sequence = (position: number) => Sample;

/**
 * Shuffles every set anew each epoch and mixes them: a set's share of each batch is proportional to its
 * weight, rounded to whole pairs, at least one. An epoch is a pass over the first set.
 */
export function createSampler(
  sets: readonly WeightedPairs[],
  { batchSize, seed, distinct = false, balance = false }: SamplerOptions,
): Sampler {
  const counts = batchShares(
    sets.map((set) => set.weight),
    batchSize,
  );
  const make = balance ? balanced : shuffled;
  const sequences = sets.map(({ pairs }, set) => make(pairs, set, seed));
  const stepsPerEpoch = Math.max(1, Math.round(sets[0]!.pairs.length / counts[0]!));
  if (distinct) return { stepsPerEpoch, batch: distinctBatches(sets, sequences, counts) };
  return {
    stepsPerEpoch,
    batch: (step) =>
      counts.flatMap((count, set) =>
        Array.from({ length: count }, (_, i) => sequences[set]!(step * count + i)),
      ),
  };
}

/** Every pair once an epoch. */
function shuffled(pairs: readonly Pair[], set: number, seed: number): Sequence {
  const shuffles = lastOf((epoch) =>
    permutation(pairs.length, stream(seed, "shuffle", set, epoch)),
  );
  return (position) => {
    const epoch = Math.floor(position / pairs.length);
    const index = shuffles(epoch)[position % pairs.length]!;
    return { pair: pairs[index]!, set, epoch, index };
  };
}

/** Every class once a round, its pairs in turn; a sample's epoch is a pass over its own class. */
function balanced(pairs: readonly Pair[], set: number, seed: number): Sequence {
  const byClass = new Map<string, number[]>();
  for (const [index, pair] of pairs.entries()) {
    const members = byClass.get(classOf(pair));
    if (members) members.push(index);
    else byClass.set(classOf(pair), [index]);
  }
  const classes = [...byClass.values()];
  const rounds = lastOf((round) => permutation(classes.length, stream(seed, "round", set, round)));
  return (position) => {
    const round = Math.floor(position / classes.length);
    const chosen = rounds(round)[position % classes.length]!;
    const members = classes[chosen]!;
    const epoch = Math.floor(round / members.length);
    const order = permutation(members.length, stream(seed, "class", set, chosen, epoch));
    const index = members[order[round % members.length]!]!;
    return { pair: pairs[index]!, set, epoch, index };
  };
}

/**
 * Batches in which no title or caption comes twice: a sample that would, waits for a later batch. What
 * a batch holds follows from those before it, so asking for an earlier step begins anew.
 */
function distinctBatches(
  sets: readonly WeightedPairs[],
  sequences: readonly Sequence[],
  counts: readonly number[],
): (step: number) => Sample[] {
  const start = () => ({
    step: 0,
    sets: sequences.map(() => ({ at: 0, waiting: [] as Sample[] })),
  });
  let state = start();
  const take = (set: number, used: Set<string>): Sample => {
    const own = state.sets[set]!;
    const fits = ({ pair }: Sample): boolean => !wordsOf(pair).some((words) => used.has(words));
    const waited = own.waiting.findIndex(fits);
    if (waited >= 0) return own.waiting.splice(waited, 1)[0]!;
    for (let tries = 0; tries < 2 * sets[set]!.pairs.length; tries++) {
      const sample = sequences[set]!(own.at++);
      if (fits(sample)) return sample;
      own.waiting.push(sample);
    }
    throw new UserError(
      `sampler.distinct: a batch needs ${counts.reduce((a, b) => a + b)} pairs that share no title or caption, and the training sets have too few; lower batchSize.`,
    );
  };
  const next = (): Sample[] => {
    const used = new Set<string>();
    return counts.flatMap((count, set) =>
      Array.from({ length: count }, () => {
        const sample = take(set, used);
        for (const words of wordsOf(sample.pair)) used.add(words);
        return sample;
      }),
    );
  };
  return (step) => {
    if (step < state.step) state = start();
    for (; ; state.step++) {
      const batch = next();
      if (state.step === step) {
        state.step++;
        return batch;
      }
    }
  };
}

const wordsOf = ({ title, captions }: Pair): string[] =>
  [title, ...captions].map((words) => words.trim().toLowerCase());

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
