import { innerProduct } from "../exact-search.js";

/** Scores of one query with a sample of the index. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

/** @param sample `[n, D]` rows of the index, evenly spread */
export function spreadOf(sample: Float32Array, query: Float32Array): Spread {
  const taken = sample.length / query.length;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < taken; i++) {
    const score = innerProduct(sample, i * query.length, query);
    sum += score;
    squares += score ** 2;
  }
  const mean = sum / taken;
  return { mean, deviation: Math.sqrt(Math.max(squares / taken - mean ** 2, 0)) };
}

/** At which z-score a match is as likely as not, and how fast that changes. */
const even = 3;
const steepness = 2;

/** Probability of a match by how far a score stands out among those of its own query, 0 to 1. */
export function confidenceOf(score: number, { mean, deviation }: Spread): number {
  const z = (score - mean) / (deviation || 1);
  return 1 / (1 + Math.exp(-steepness * (z - even)));
}
