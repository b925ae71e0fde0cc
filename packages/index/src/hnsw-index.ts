import { setImmediate as nextTurn } from "node:timers/promises";
import { type Copies, createCopies } from "./copies.js";
import { createFlatIndex, type FlatIndex } from "./flat-index.js";
import {
  createHnswGraph,
  defaultHnsw,
  type HnswGraph,
  type HnswParameters,
  loadHnswGraph,
} from "./hnsw-graph.js";
import type { VectorIndex } from "./vector-index.js";

export interface HnswIndex extends VectorIndex {
  /** The same vectors, searched exactly. */
  readonly exact: FlatIndex;
  /** Vectors in the graph: copies of an earlier one are kept beside it. */
  readonly distinct: number;
  /** Writes hnswlib's own file in place, errors unseen by hnswlib: check it with `checkHnswFile`. */
  save(path: string): void;
}

export interface ExactRules {
  /** With fewer vectors than this every search is exact: it takes well under a millisecond or so. */
  readonly exactBelow?: number;
  /** A search for more than this share of all vectors is exact: the graph would be walked whole. */
  readonly exactShare?: number;
}

/** Rows inserted before the event loop gets a turn, about 20 ms of work. */
const slice = 64;

/** The approximate store: hnswlib's graph, beside the rows themselves for searches it is bad at. */
export function createHnswIndex(
  options: {
    readonly dimension: number;
    readonly parameters?: Partial<HnswParameters>;
  } & ExactRules,
): HnswIndex {
  const parameters = { ...defaultHnsw, ...options.parameters };
  const graph = createHnswGraph(options.dimension, parameters);
  return combine({ graph, exact: createFlatIndex(options), copies: createCopies() }, options);
}

/**
 * The store read back; the file must have passed `checkHnswFile` and a checksum.
 *
 * @param vectors `[n, D]` the rows the graph was built from
 */
export function loadHnswIndex(
  path: string,
  vectors: Float32Array,
  options: { readonly dimension: number; readonly efSearch: number } & ExactRules,
): HnswIndex {
  const { dimension } = options;
  const graph = loadHnswGraph(path, options);
  const exact = createFlatIndex({ dimension, vectors });
  const copies = createCopies();
  if (graph.count < exact.count) {
    for (let label = 0; label < exact.count; label++) {
      copies.isFirst(label, vectors.subarray(label * dimension, (label + 1) * dimension));
    }
  }
  return combine({ graph, exact, copies }, options);
}

function combine(
  { graph, exact, copies }: { graph: HnswGraph; exact: FlatIndex; copies: Copies },
  { exactBelow = 2000, exactShare = 0.1 }: ExactRules,
): HnswIndex {
  const { dimension } = exact;
  return {
    dimension,
    exact,
    get count() {
      return exact.count;
    },
    get distinct() {
      return graph.count;
    },
    async add(vectors) {
      const first = exact.count;
      await exact.add(vectors); // first: it refuses what would spoil the graph
      for (let row = 0; row * dimension < vectors.length; row++) {
        if (row % slice === slice - 1) await nextTurn();
        const vector = vectors.subarray(row * dimension, (row + 1) * dimension);
        if (copies.isFirst(first + row, vector)) graph.insert(first + row, vector);
      }
    },
    search(query, k) {
      const { count } = exact;
      if (count < exactBelow || k > count * exactShare) return exact.search(query, k);
      const found = copies.expand(graph.search(query, k), k);
      return found.length === Math.min(k, count) ? found : exact.search(query, k);
    },
    save: (path) => graph.save(path),
  };
}
