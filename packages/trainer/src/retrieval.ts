import type { InnerProducts, Rows } from "./inner-products.js";

/** Shares of queries with a right answer among the first 1, 5 and 10. */
export interface Recall {
  readonly r1: number;
  readonly r5: number;
  readonly r10: number;
}

/** How well queries find their right answers. */
export interface Ranking extends Recall {
  /** Mean over the queries of 1 / (rank of the best right answer). */
  readonly mrr: number;
  /** Normalised discounted cumulative gain of the first 10 (Järvelin & Kekäläinen 2002), gains of 0 and 1. */
  readonly ndcg10: number;
  /** Of the best right answer, from 1. */
  readonly medianRank: number;
}

export interface RankingOptions {
  /** By query: the rows of the gallery that are right, at least one. */
  readonly relevant: readonly Int32Array[];
  readonly products: InnerProducts;
}

/** Queries whose scores are in memory at once. */
const chunkSize = 256;

/**
 * Ranks `gallery` by inner product for each of `queries`.
 *
 * Wrong answers with the same score as a right one come before it: a collapsed model, to which all are
 * equal, has recall 0 and not 1.
 *
 * @param queries `[Q, D]`
 * @param gallery `[N, D]`
 */
export async function rank(
  queries: Rows,
  gallery: Rows,
  { relevant, products }: RankingOptions,
): Promise<Ranking> {
  const ranks = new Float64Array(queries.n);
  const sums = { mrr: 0, ndcg10: 0 };
  const { n, width } = gallery;
  for (let start = 0; start < queries.n; start += chunkSize) {
    const count = Math.min(chunkSize, queries.n - start);
    const data = queries.data.subarray(start * width, (start + count) * width);
    const scores = await products({ data, n: count, width }, gallery);
    for (let q = 0; q < count; q++) {
      const places = placesOf(scores.subarray(q * n, (q + 1) * n), relevant[start + q]!);
      ranks[start + q] = places[0]!;
      sums.mrr += 1 / places[0]!;
      sums.ndcg10 += discountedGain(places) / discountedGain(places.map((_, i) => i + 1));
    }
  }
  const within = (k: number): number => ranks.filter((place) => place <= k).length / queries.n;
  return {
    ...{ r1: within(1), r5: within(5), r10: within(10) },
    ...{ mrr: sums.mrr / queries.n, ndcg10: sums.ndcg10 / queries.n, medianRank: median(ranks) },
  };
}

/**
 * Places, from 1 and ascending, of the right answers in a list of all by descending score.
 *
 * @param scores `[N]`
 * @param relevant rows of the right answers
 */
export function placesOf(scores: Float32Array, relevant: Int32Array): number[] {
  const right = Float32Array.from(relevant, (row) => scores[row]!)
    .sort()
    .reverse();
  const lowest = right.at(-1)!;
  // Answers with at least the score of right[k], and of none before it.
  const reached = new Int32Array(right.length);
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]!;
    if (score >= lowest) reached[firstAtMost(right, score)]!++;
  }
  let answers = 0;
  let equal = 0; // right answers with at least the score of right[k]
  return Array.from(right, (score, k) => {
    answers += reached[k]!;
    while (equal < right.length && right[equal]! >= score) equal++;
    return answers - equal + k + 1;
  });
}

/** First of the descending `values` that is at most `score`; one is. */
function firstAtMost(values: Float32Array, score: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= score) high = middle;
    else low = middle + 1;
  }
  return low;
}

const discountedGain = (places: readonly number[]): number =>
  places.reduce((sum, place) => (place <= 10 ? sum + 1 / Math.log2(1 + place) : sum), 0);

/** Mean of the two in the middle of an even number. */
function median(values: Float64Array): number {
  const sorted = values.slice().sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
