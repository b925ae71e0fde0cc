/** How two models' answers to the same queries differ. */
export interface Drift {
  /** Of each query's top `k` under the first model, the mean share that the second no longer shows. */
  readonly changedShare: number;
  /** Share of the queries whose first answer is another one. */
  readonly changedFirst: number;
  /** Share of the queries whose whole top `k` is the same, in the same order. */
  readonly same: number;
  readonly k: number;
  readonly queries: number;
}

/** Unit vectors of queries `[Q, D]` and items `[N, D]`, in rows. */
export interface EmbeddedSet {
  readonly queries: Float32Array;
  readonly items: Float32Array;
  readonly dimension: number;
}

/** Compares what two models (each with its own vectors, of its own dimension) answer to the same queries. */
export function drift(before: EmbeddedSet, after: EmbeddedSet, k: number): Drift {
  const [first, second] = [topRows(before, k), topRows(after, k)];
  const n = first.length;
  const share = (count: number) => (n === 0 ? 0 : count / n);
  let [lost, heads, same] = [0, 0, 0];
  for (const [i, old] of first.entries()) {
    const now = second[i] ?? [];
    lost += old.filter((item) => !now.includes(item)).length / Math.max(1, old.length);
    if (old[0] !== now[0]) heads++;
    if (old.every((item, place) => item === now[place])) same++;
  }
  return {
    changedShare: share(lost),
    changedFirst: share(heads),
    same: share(same),
    k,
    queries: n,
  };
}

/** The `k` best items of each query by cosine, the best first; a tie goes to the earlier item. */
function topRows({ queries, items, dimension }: EmbeddedSet, k: number): number[][] {
  const count = items.length / dimension;
  return Array.from({ length: queries.length / dimension }, (_, q) => {
    const scores = new Float64Array(count);
    for (let n = 0; n < count; n++) {
      let sum = 0;
      for (let d = 0; d < dimension; d++) {
        sum += queries[q * dimension + d]! * items[n * dimension + d]!;
      }
      scores[n] = sum;
    }
    const order = Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b);
    return order.slice(0, k);
  });
}
