import { assertUnitRows } from "./unit-vector.js";
import type { Neighbor, VectorIndex } from "./vector-index.js";

export interface FlatOptions {
  readonly dimension: number;
  /** `[n, D]` rows to begin with; used in place, not copied. */
  readonly vectors?: Float32Array;
}

export interface FlatIndex extends VectorIndex {
  /** `[n, D]`, a view. */
  rows(): Float32Array;
}

/** The exact store: compares the query with every row. The oracle that other stores are judged by. */
export function createFlatIndex({ dimension, vectors }: FlatOptions): FlatIndex {
  let rows = vectors ?? new Float32Array(0); // [capacity, D]
  let count = rows.length / dimension;
  return {
    dimension,
    get count() {
      return count;
    },
    async add(added) {
      assertUnitRows("createFlatIndex", added, dimension);
      rows = withRoom(rows, { used: count * dimension, needed: added.length });
      rows.set(added, count * dimension);
      count += added.length / dimension;
    },
    rows: () => rows.subarray(0, count * dimension),
    search(query, k) {
      return nearest(rows, query, { count, k: Math.min(k, count) });
    },
  };
}

function withRoom(
  rows: Float32Array,
  { used, needed }: { used: number; needed: number },
): Float32Array {
  if (used + needed <= rows.length) return rows;
  const grown = new Float32Array(Math.max(used + needed, used * 2));
  grown.set(rows.subarray(0, used));
  return grown;
}

/** The best `k` so far are kept sorted: a row rarely beats them once some have been seen. */
function nearest(
  rows: Float32Array,
  query: Float32Array,
  { count, k }: { count: number; k: number },
): Neighbor[] {
  const best: { label: number; score: number }[] = [];
  for (let label = 0; label < count; label++) {
    const score = dot(rows, label * query.length, query);
    if (best.length === k && score <= best[k - 1]!.score) continue;
    let place = best.length;
    while (place > 0 && best[place - 1]!.score < score) place--;
    best.splice(place, 0, { label, score });
    if (best.length > k) best.pop();
  }
  return best;
}

/** Four sums, so that one addition need not wait for the one before it. */
function dot(rows: Float32Array, start: number, query: Float32Array): number {
  const length = query.length;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i + 3 < length; i += 4) {
    a += rows[start + i]! * query[i]!;
    b += rows[start + i + 1]! * query[i + 1]!;
    c += rows[start + i + 2]! * query[i + 2]!;
    d += rows[start + i + 3]! * query[i + 3]!;
  }
  for (; i < length; i++) a += rows[start + i]! * query[i]!;
  return a + b + c + d;
}
