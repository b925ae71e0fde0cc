import { setImmediate as nextTurn } from "node:timers/promises";
import { type Copies, createCopies } from "./copies.js";
import { byRank, exactSearch } from "./exact-search.js";
import { createFlatIndex, type FlatIndex } from "./flat-index.js";
import {
  createHnswGraph,
  defaultHnsw,
  type HnswGraph,
  type HnswParameters,
  loadHnswGraph,
} from "./hnsw-graph.js";
import type { Neighbor, SearchScope, VectorIndex } from "./vector-index.js";

export interface HnswIndex extends VectorIndex {
  /** The same vectors, searched exactly. */
  readonly exact: FlatIndex;
  /** Vectors in the graph: copies of an earlier one are kept beside it. */
  readonly distinct: number;
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
  const exact = createFlatIndex(options);
  return combine({ graph, exact, copies: createCopies(), indexed: 0 }, options);
}

/**
 * The store read back; the file must have passed `checkHnswFile` and a checksum.
 *
 * @param vectors `[n, D]` the rows the graph was built from, and any that came after
 */
export async function loadHnswIndex(
  path: string,
  vectors: Float32Array,
  options: {
    readonly dimension: number;
    readonly efSearch: number;
    /** How many of the rows the graph was built from, all unless given: the rest is searched exactly. */
    readonly indexed?: number;
  } & ExactRules,
): Promise<HnswIndex> {
  const { dimension } = options;
  const graph = await loadHnswGraph(path, options);
  const exact = createFlatIndex({ dimension, vectors });
  const indexed = options.indexed ?? exact.rows;
  const copies = createCopies();
  if (graph.count < indexed) {
    const firsts = new Set(graph.labels());
    for (let label = 0; label < indexed; label++) {
      const vector = vectors.subarray(label * dimension, (label + 1) * dimension);
      if (firsts.has(label)) copies.addFirst(label, vector);
      else copies.isFirst(label, vector);
    }
  }
  return combine({ graph, exact, copies, indexed }, options);
}

interface Parts {
  readonly graph: HnswGraph;
  readonly exact: FlatIndex;
  readonly copies: Copies;
  /** Rows below this one are in the graph, or copies of one that is. */
  readonly indexed: number;
}

function combine(parts: Parts, rules: ExactRules): HnswIndex {
  const { graph, exact, copies } = parts;
  const { dimension, removed } = exact;
  let { indexed } = parts;
  const live = (label: number) => !removed.has(label);
  const row = (label: number) => exact.view().subarray(label * dimension, (label + 1) * dimension);
  const insertUpTo = async (rows: number) => {
    for (; indexed < rows; indexed++) {
      if (indexed % slice === slice - 1) await nextTurn();
      const vector = row(indexed);
      if (copies.isFirst(indexed, vector)) graph.insert(indexed, vector);
    }
  };
  return {
    dimension,
    exact,
    get count() {
      return exact.count;
    },
    get rows() {
      return exact.rows;
    },
    get distinct() {
      return graph.count;
    },
    async add(vectors) {
      await exact.add(vectors); // first: it refuses what would spoil the graph
      await insertUpTo(exact.rows);
    },
    async remove(labels) {
      const fresh = [...new Set(labels)].filter(live);
      await exact.remove(fresh);
      // A row whose copies live stays in the graph, for their sake.
      const families = fresh.filter((label) => label < indexed).map(copies.family);
      const gone = families.filter((family) => !family.some(live));
      for (const first of new Set(gone.map(([first]) => first!))) {
        graph.hide(first);
        copies.forget(row(first));
      }
    },
    async search(query, k, scope = {}) {
      const { within } = scope;
      const wanted = Math.min(k, within ? within.length : exact.count);
      const found = wantsExact(wanted, { exact, rules, scope })
        ? undefined
        : await searchGraph({ graph, exact, copies, indexed }, query, { k: wanted, within });
      return found?.length === wanted ? found : exact.search(query, k, scope);
    },
    vectors: exact.vectors,
    close: exact.close,
  };
}

/** Multiplications of a filtered search that are quicker done than walking the graph: some 20 ms. */
const filteredWork = 2 ** 24;

function wantsExact(
  k: number,
  { exact, rules, scope }: { exact: FlatIndex; rules: ExactRules; scope: SearchScope },
): boolean {
  const { within } = scope;
  const { exactBelow = 2000, exactShare = 0.1 } = rules;
  if (scope.exact || exact.count < exactBelow || k > exact.count * exactShare) return true;
  return within !== undefined && within.length * exact.dimension <= filteredWork;
}

/** The graph's rows and those that came after it; fewer than `k` where the graph misses some. */
async function searchGraph(
  { graph, exact, copies, indexed }: Parts,
  query: Float32Array,
  { k, within }: { readonly k: number; readonly within: Uint32Array | undefined },
): Promise<Neighbor[]> {
  const { removed, rows } = exact;
  const kept = within && new Set(within);
  const live = (label: number) => !removed.has(label) && (kept?.has(label) ?? true);
  // Fetches more than wanted, by the share that the filter leaves.
  const fetched = within ? Math.ceil((2 * k * exact.count) / within.length) : k;
  const found = copies.expand(graph.search(query, fetched), k, live);
  if (indexed === rows) return found;
  const late = { k, rows, from: indexed, within, removed };
  const tail = await exactSearch(exact.view(), query, late);
  return [...found, ...tail].sort(byRank).slice(0, k);
}
