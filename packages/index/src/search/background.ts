import { innerProduct } from "../exact-search.js";
import type { VectorIndex } from "../vector-index.js";

/** Probability of a match as a logistic function of what was measured. */
export interface Logistic {
  /** Of the z-score: by how much an item stands out for this query among others. */
  readonly z: number;
  /** Of how much the query sounds like the titles of this index. */
  readonly domain: number;
  readonly constant: number;
}

/** What queries are compared with to know whether anything fits them. */
export interface Background {
  /** `[N, D]` texts that are about anything; none for a model that reads no texts. */
  readonly texts: Float32Array;
  /** `[D]` from those texts to this index's titles; zeros where titles say nothing of the pictures. */
  readonly domain: Float32Array;
  readonly byText: Logistic;
  /** `[P, D]` pictures of the index. */
  readonly pictures: Float32Array;
  readonly byPicture: Logistic;
}

/** The background as one query sees it. */
export interface Judge {
  /** `[N, D]` unit-norm queries of the same form as this one, about something else. */
  readonly others: Float32Array;
  /** @param z deviations of a score from what the others score with that item */
  probability(z: number): number;
}

export interface JudgedTerm {
  readonly kind: "text" | "picture";
  readonly weight: number;
  /** `[D]` unit norm */
  readonly vector: Float32Array;
}

export function judgeOf(background: Background, terms: readonly JudgedTerm[]): Judge {
  const { texts, pictures, domain, byText, byPicture } = background;
  const dimension = domain.length;
  const said = terms.filter(({ kind, weight }) => kind === "text" && weight > 0);
  const like = said.map(({ vector }) => innerProduct(domain, 0, vector));
  const mean = like.reduce((sum, value) => sum + value, 0) / Math.max(1, like.length);
  const by = said.length > 0 ? byText : byPicture;
  const rows = ({ kind }: JudgedTerm) => (kind === "text" ? texts : pictures);
  const [only] = terms;
  return {
    others:
      terms.length === 1
        ? rows(only!)
        : mixed(
            terms.map((term) => ({ rows: rows(term), weight: term.weight })),
            dimension,
          ),
    probability: (z) => 1 / (1 + Math.exp(-(by.z * z + by.domain * mean + by.constant))),
  };
}

/** Weighted sums as of the query's terms, but of other things: each term takes another row. */
function mixed(
  terms: readonly { readonly rows: Float32Array; readonly weight: number }[],
  dimension: number,
): Float32Array {
  const count = Math.min(...terms.map(({ rows }) => rows.length / dimension));
  const sums = new Float32Array(count * dimension);
  for (let n = 0; n < count; n++) {
    const sum = sums.subarray(n * dimension, (n + 1) * dimension);
    for (const [place, { rows, weight }] of terms.entries()) {
      const start = ((n + 31 * place) % (rows.length / dimension)) * dimension;
      for (let i = 0; i < dimension; i++) sum[i]! += weight * rows[start + i]!;
    }
    const norm = Math.hypot(...sum) || 1;
    for (let i = 0; i < dimension; i++) sum[i]! /= norm;
  }
  return sums;
}

/**
 * By how many deviations each item's score differs from what it scores with other queries. An item
 * that is close to every query stands out for none.
 *
 * @param others `[N, D]`, of one background of one index: what is found out about its items is kept
 */
export async function standOut(
  index: VectorIndex,
  found: readonly { readonly label: number; readonly score: number }[],
  others: Float32Array,
): Promise<number[]> {
  const spreads = spreadsAmong(others);
  const labels = [...new Set(found.map(({ label }) => label))].filter(
    (label) => !spreads.has(label),
  );
  const vectors = await index.vectors(labels);
  for (const [row, label] of labels.entries()) {
    const start = row * index.dimension;
    spreads.set(label, spread(others, vectors.subarray(start, start + index.dimension)));
  }
  return found.map(({ label, score }) => {
    const { mean, deviation } = spreads.get(label)!;
    return (score - mean) / deviation;
  });
}

interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

/** What each background's queries score with an item depends on no query: by label. */
const known = new WeakMap<Float32Array, Map<number, Spread>>();
const mostKnown = 50_000;

function spreadsAmong(others: Float32Array): Map<number, Spread> {
  const before = known.get(others);
  if (before && before.size < mostKnown) return before;
  const spreads = new Map<number, Spread>();
  known.set(others, spreads);
  return spreads;
}

/**
 * What other queries score with one item.
 *
 * @param others `[N, D]`
 * @param vector `[D]`
 */
function spread(others: Float32Array, vector: Float32Array): Spread {
  const count = others.length / vector.length;
  let sum = 0;
  let squares = 0;
  for (let n = 0; n < count; n++) {
    const other = innerProduct(others, n * vector.length, vector);
    sum += other;
    squares += other ** 2;
  }
  const mean = count > 0 ? sum / count : 0;
  const variance = count > 0 ? squares / count - mean ** 2 : 0;
  return { mean, deviation: Math.sqrt(Math.max(variance, leastVariance)) };
}

const leastVariance = 1e-8;
