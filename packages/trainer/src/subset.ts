import { classOf, type Pair } from "./folder.js";
import { permutation, stream } from "./random.js";

export interface Subset {
  /** Share of the pairs, above 0 up to 1. */
  readonly share?: number | undefined;
  /** At most this many pictures of each class, or of each title where there are no classes. */
  readonly shots?: number | undefined;
}

/**
 * A seeded part of a training set, in the set's own order. What a smaller share or fewer shots choose, larger
 * ones choose too, so that few-shot curves grow by adding pictures.
 *
 * @returns at least one pair
 */
export function subset(pairs: readonly Pair[], { share = 1, shots }: Subset, seed: number): Pair[] {
  const order = Array.from(permutation(pairs.length, stream(seed, "subset")));
  const part = order.slice(0, Math.max(1, Math.round(share * pairs.length)));
  const taken = new Map<string, number>();
  const kept = part.filter((row) => {
    const kind = classOf(pairs[row]!);
    const count = (taken.get(kind) ?? 0) + 1;
    taken.set(kind, count);
    return shots === undefined || count <= shots;
  });
  return kept.sort((a, b) => a - b).map((row) => pairs[row]!);
}
