import { open } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Copies, createCopies } from "./copies.js";
import { exactNeighbors } from "./exact-neighbors.js";
import { checkHnswFile } from "./hnsw-file.js";
import {
  createHnswGraph,
  type HnswGraph,
  type HnswParameters,
  loadHnswGraph,
} from "./hnsw-graph.js";
import type { AnnRecall } from "./manifest.js";
import { openTogether } from "./open-together.js";
import { type RowFile, readRows } from "./row-file.js";

export interface GraphOptions {
  /** Rows that are written already are read from here: no second copy of them is held. */
  readonly vectors: string;
  readonly dimension: number;
  readonly parameters: HnswParameters;
  /** A graph to go on with. */
  readonly base?: {
    readonly path: string;
    /** Rows that it was made from. */
    readonly indexed: number;
    readonly removed: readonly number[];
  };
}

export interface FinishOptions {
  /** Where hnswlib's file goes. */
  readonly path: string;
  readonly rows: number;
  readonly removed: readonly number[];
  /** `[n, D]` unit-norm titles; rows of the index, unless given. */
  readonly titles?: Float32Array | undefined;
  /** The least share of the exact ten nearest that searches shall find. */
  readonly recall: number;
}

export interface BuiltGraph {
  readonly distinct: number;
  readonly efSearch: number;
  readonly annRecall: AnnRecall;
}

export interface GraphBuilder {
  /** Inserts the rows up to this one; they must be in the file. */
  insertUpTo(rows: number): Promise<void>;
  /** Inserts the rest, chooses `efSearch`, writes the file and checks it. */
  finish(options: FinishOptions): Promise<BuiltGraph>;
  close(): Promise<void>;
}

/** Rows inserted before the event loop gets a turn. */
const slice = 256;

/** Widths of the search that are tried, in this order, until the wanted recall is reached. */
const widths = [32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048];

/** Grows an HNSW graph behind a file of vectors. All of it blocks: it belongs on a thread of its own. */
export async function createGraphBuilder(options: GraphOptions): Promise<GraphBuilder> {
  const { dimension, parameters, base } = options;
  const copies = createCopies();
  const { file, rows, graph } = await openTogether(async (keep) => {
    const file = keep(await open(options.vectors, "r"));
    const rows: RowFile = { file, dimension };
    const graph = base
      ? await loadHnswGraph(base.path, { dimension, efSearch: parameters.efSearch })
      : createHnswGraph(dimension, parameters);
    if (base) await remember({ graph, copies, rows }, base);
    return { file, rows, graph };
  });
  let indexed = base?.indexed ?? 0;
  const insertUpTo = async (end: number) => {
    while (indexed < end) {
      const count = Math.min(slice, end - indexed);
      const vectors = await readRows(rows, indexed, count);
      for (let i = 0; i < count; i++, indexed++) {
        const vector = vectors.subarray(i * dimension, (i + 1) * dimension);
        if (copies.isFirst(indexed, vector)) graph.insert(indexed, vector);
      }
      await nextTurn();
    }
  };
  return {
    insertUpTo,
    async finish(end) {
      await insertUpTo(end.rows);
      const tuned = await tune({ graph, copies, rows }, end);
      await graph.save(end.path);
      const distinct = graph.count;
      await checkHnswFile(end.path, { dimension, count: distinct, m: parameters.m });
      return { ...tuned, distinct };
    },
    close: () => file.close(),
  };
}

interface Parts {
  readonly graph: HnswGraph;
  readonly copies: Copies;
  readonly rows: RowFile;
}

/** Finds out which rows of a graph are copies of which, and forgets families that are all removed. */
async function remember(
  { graph, copies, rows }: Parts,
  { indexed, removed }: { readonly indexed: number; readonly removed: readonly number[] },
): Promise<void> {
  const { dimension } = rows;
  const firsts = new Set(graph.labels());
  for (let start = 0; start < indexed; start += slice) {
    const count = Math.min(slice, indexed - start);
    const vectors = await readRows(rows, start, count);
    for (let i = 0; i < count; i++) {
      const vector = vectors.subarray(i * dimension, (i + 1) * dimension);
      if (firsts.has(start + i)) copies.addFirst(start + i, vector);
      else copies.isFirst(start + i, vector);
    }
  }
  const gone = new Set(removed);
  for (const label of removed) {
    if (label >= indexed || !copies.family(label).every((each) => gone.has(each))) continue;
    copies.forget(await readRows(rows, label, 1));
  }
}

/** The narrowest search that finds the wanted share of the exact neighbors. */
async function tune(
  { graph, copies, rows }: Parts,
  { rows: count, removed, titles, recall }: FinishOptions,
): Promise<Pick<BuiltGraph, "efSearch" | "annRecall">> {
  const { dimension } = rows;
  const gone = new Set(removed);
  const queries = titles ?? (await someRows(rows, count, { gone, wanted: 100 }));
  const sample = queries.length / dimension;
  const k = Math.min(10, count - gone.size);
  const truth = await exactNeighbors(rows, queries, { k, count, removed: gone });
  const live = (label: number) => !gone.has(label);
  for (const [place, efSearch] of widths.entries()) {
    graph.setEf(efSearch);
    let found = 0;
    let wanted = 0;
    for (let i = 0; i < sample; i++) {
      const query = queries.subarray(i * dimension, (i + 1) * dimension);
      const least = (truth[i]!.at(-1)?.score ?? 0) - 1e-6; // copies may come in either order
      const neighbors = copies.expand(graph.search(query, Math.max(k, efSearch)), k, live);
      found += neighbors.filter(({ score }) => score >= least).length;
      wanted += truth[i]!.length;
    }
    const value = wanted === 0 ? 1 : Math.min(1, found / wanted);
    if (value >= recall || place === widths.length - 1) {
      const queriesAre = titles ? "titles" : "pictures";
      return { efSearch, annRecall: { k, value, wanted: recall, sample, queries: queriesAre } };
    }
  }
  throw new Error("internal: no width of the search was tried.");
}

/** `[n, D]`, evenly spread. */
async function someRows(
  rows: RowFile,
  count: number,
  { gone, wanted }: { gone: ReadonlySet<number>; wanted: number },
): Promise<Float32Array> {
  const labels: number[] = [];
  const step = Math.max(1, count / wanted);
  for (let at = 0; at < count; at += step) {
    const label = Math.floor(at);
    if (!gone.has(label)) labels.push(label);
  }
  const picked = new Float32Array(labels.length * rows.dimension);
  for (const [i, label] of labels.entries()) {
    picked.set(await readRows(rows, label, 1), i * rows.dimension);
  }
  return picked;
}
