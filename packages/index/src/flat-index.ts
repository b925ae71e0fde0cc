import { exactSearch } from "./exact-search.js";
import { assertUnitRows } from "./unit-vector.js";
import type { VectorIndex } from "./vector-index.js";

export interface FlatOptions {
  readonly dimension: number;
  /** `[n, D]` rows to begin with; used in place, not copied. */
  readonly vectors?: Float32Array;
}

export interface FlatIndex extends VectorIndex {
  /** `[rows, D]`, a view: removed rows are still there. */
  view(): Float32Array;
  readonly removed: ReadonlySet<number>;
}

/** The exact store: compares the query with every row. The oracle that other stores are judged by. */
export function createFlatIndex({ dimension, vectors }: FlatOptions): FlatIndex {
  let stored = vectors ?? new Float32Array(0); // [capacity, D]
  let rows = stored.length / dimension;
  const removed = new Set<number>();
  return {
    dimension,
    removed,
    get rows() {
      return rows;
    },
    get count() {
      return rows - removed.size;
    },
    async add(added) {
      assertUnitRows("createFlatIndex", added, dimension);
      stored = withRoom(stored, { used: rows * dimension, needed: added.length });
      stored.set(added, rows * dimension);
      rows += added.length / dimension;
    },
    async remove(labels) {
      for (const label of labels) {
        assertLabel(label, rows);
        removed.add(label);
      }
    },
    search: (query, k, { within } = {}) => exactSearch(stored, query, { k, rows, within, removed }),
    async vectors(labels) {
      const copies = new Float32Array(labels.length * dimension);
      for (let i = 0; i < labels.length; i++) {
        const label = assertLabel(labels[i]!, rows);
        copies.set(stored.subarray(label * dimension, (label + 1) * dimension), i * dimension);
      }
      return copies;
    },
    view: () => stored.subarray(0, rows * dimension),
    close: async () => undefined,
  };
}

/** Returns `label`, if it was given. */
export function assertLabel(label: number, rows: number): number {
  if (Number.isInteger(label) && label >= 0 && label < rows) return label;
  throw new Error(`internal: there is no vector ${label}; labels go from 0 to ${rows - 1}.`);
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
