import { createRequire } from "node:module";
import type { HierarchicalNSW } from "hnswlib-node";
import type { Neighbor } from "./vector-index.js";

export interface HnswParameters {
  /** Links of a node on the upper layers; twice as many on the lowest. */
  readonly m: number;
  readonly efConstruction: number;
  /** Nodes kept in view in a search: more is slower and closer to exact. */
  readonly efSearch: number;
  readonly seed: number;
}

export const defaultHnsw: HnswParameters = { m: 16, efConstruction: 200, efSearch: 128, seed: 100 };

/** hnswlib's graph: labelled unit vectors, searched approximately. */
export interface HnswGraph {
  readonly count: number;
  /** Those of hidden vectors too. */
  labels(): number[];
  insert(label: number, vector: Float32Array): void;
  /** The label is never found again; its node still leads to others. */
  hide(label: number): void;
  /** Nodes kept in view in the searches to come. */
  setEf(efSearch: number): void;
  /** Best first; fewer than `k` where the graph fell apart. */
  search(query: Float32Array, k: number): Neighbor[];
  /**
   * Writes hnswlib's own file in place, errors unseen by hnswlib: check it with `checkHnswFile`.
   * Insert nothing until it resolves.
   */
  save(path: string): Promise<void>;
}

/** Whether hnswlib-node could be built and loaded here; it ships as source. */
export function hnswAvailable(): boolean {
  return loadLibrary() !== undefined;
}

/** An empty graph. Levels are drawn from a fixed seed: same vectors in the same order, same graph. */
export function createHnswGraph(dimension: number, parameters: HnswParameters): HnswGraph {
  const { m, efConstruction, efSearch, seed } = parameters;
  const graph = newGraph(dimension);
  graph.initIndex({ maxElements: 1024, m, efConstruction, randomSeed: seed });
  return wrap(graph, efSearch);
}

/**
 * Reads hnswlib's file. It has no magic number, dimension or checksum and bad ones end the process:
 * only for files that passed `checkHnswFile` and a checksum.
 */
export async function loadHnswGraph(
  path: string,
  { dimension, efSearch }: { readonly dimension: number; readonly efSearch: number },
): Promise<HnswGraph> {
  // Always into a new object: hnswlib-node frees the old graph first and keeps it when reading fails.
  const graph = newGraph(dimension);
  await graph.readIndex(path);
  return wrap(graph, efSearch);
}

function wrap(graph: HierarchicalNSW, efSearch: number): HnswGraph {
  graph.setEf(efSearch); // not in the file: hnswlib falls back to 10
  return {
    get count() {
      return graph.getCurrentCount();
    },
    labels: () => graph.getIdsList(),
    insert(label, vector) {
      // The capacity is fixed. Growing is safe only while nothing else runs: all is on this thread.
      if (graph.getCurrentCount() === graph.getMaxElements()) {
        graph.resizeIndex(Math.ceil(graph.getMaxElements() * 1.5));
      }
      graph.addPoint(Array.from(vector), label); // typed arrays are refused
    },
    hide: (label) => graph.markDelete(label),
    setEf: (efSearch) => graph.setEf(efSearch),
    search(query, k) {
      const capped = Math.min(k, graph.getCurrentCount()); // more than the capacity throws
      const { distances, neighbors } = graph.searchKnn(Array.from(query), capped);
      return neighbors.map((label, i) => ({ label, score: 1 - distances[i]! }));
    },
    async save(path) {
      graph.resizeIndex(Math.max(1, graph.getCurrentCount())); // a reader allocates the capacity
      await graph.writeIndex(path);
    },
  };
}

function newGraph(dimension: number): HierarchicalNSW {
  const library = loadLibrary();
  if (!library) throw new Error("hnswlib-node is not built here; use createFlatIndex.");
  return new library.HierarchicalNSW("ip", dimension);
}

type Library = typeof import("hnswlib-node");
let library: Library | undefined | null = null;

/** Loaded when first needed, so that a machine without it can still search exactly. */
function loadLibrary(): Library | undefined {
  if (library === null) {
    try {
      library = createRequire(import.meta.url)("hnswlib-node") as Library;
    } catch {
      library = undefined;
    }
  }
  return library;
}
