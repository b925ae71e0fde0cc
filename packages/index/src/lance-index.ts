import { UserError } from "@cliptune/engine";
import type { Connection, Table } from "@lancedb/lancedb";
import { byRank } from "./exact-search.js";
import { type Lance, loadLance } from "./lance-library.js";
import { assertUnitRows } from "./unit-vector.js";
import type { Neighbor, VectorIndex } from "./vector-index.js";

/** How wide an approximate search looks. */
export interface LanceSearch {
  /** Partitions of the inverted file that are read. */
  readonly nprobes: number;
  /** So many times `k` candidates are compared again by their full vectors. */
  readonly refineFactor: number;
}

const defaultLance: LanceSearch = { nprobes: 20, refineFactor: 10 };

export interface LanceOptions {
  /** A folder, or object storage such as `s3://bucket/thumbnails`. */
  readonly uri: string;
  /** The table's name, `vectors` unless given. */
  readonly table?: string;
  readonly dimension: number;
  /** Null for exact searches. */
  readonly search?: LanceSearch | null;
}

/** A state of the table that stays as it is while others write: what a manifest remembers. */
export interface LanceState {
  readonly tableVersion: number;
  /** Labels given by then. */
  readonly rows: number;
}

export interface LanceIndex extends VectorIndex {
  /** Makes searches approximate: product quantization in an inverted file; without, they are exact. */
  train(): Promise<void>;
  /** Null for exact searches. */
  setSearch(search: LanceSearch | null): void;
  state(): Promise<LanceState>;
  /** Merges small files, and removes states that are older: their readers can't go on. */
  forgetBefore(time: Date): Promise<void>;
}

const defaultTable = "vectors";

/** Labels in one SQL filter. */
const slice = 5000;

/**
 * The store on disk or in object storage, for what outgrows memory. Its table keeps its versions:
 * readers hold one of them while a writer goes on.
 */
export async function createLanceIndex(options: LanceOptions): Promise<LanceIndex> {
  const lance = await loadLance();
  const database = await lance.connect(options.uri);
  const name = options.table ?? defaultTable;
  if ((await database.tableNames()).includes(name)) await database.dropTable(name);
  return combine({ database, lance, table: undefined, rows: 0, count: 0 }, options);
}

/**
 * @param state what a reader looks at; a `writer` goes on from there, and drops what came after it
 */
export async function openLanceIndex(
  options: LanceOptions & { readonly writer?: boolean },
  state: LanceState,
): Promise<LanceIndex> {
  const lance = await loadLance();
  const database = await lance.connect(options.uri);
  const name = options.table ?? defaultTable;
  try {
    const table = await database.openTable(name);
    if ((await table.version()) !== state.tableVersion || !options.writer) {
      await table.checkout(state.tableVersion);
      if (options.writer) await table.restore(); // an update that was killed may have left rows
    }
    const count = await table.countRows();
    return combine({ database, lance, table, rows: state.rows, count }, options);
  } catch (error) {
    database.close();
    throw new UserError(
      `Version ${state.tableVersion} of the LanceDB table "${name}" at ${options.uri} can't be opened (${reasonOf(error)}); give access to it, or build the index again.`,
      { cause: error },
    );
  }
}

interface Parts {
  readonly lance: Lance;
  readonly database: Connection;
  table: Table | undefined;
  rows: number;
  count: number;
}

function combine(parts: Parts, options: LanceOptions): LanceIndex {
  const { dimension } = options;
  let width = options.search === undefined ? defaultLance : options.search;
  return {
    dimension,
    get count() {
      return parts.count;
    },
    get rows() {
      return parts.rows;
    },
    async add(vectors) {
      assertUnitRows("createLanceIndex", vectors, dimension);
      if (vectors.length === 0) return;
      const records = toRecords(vectors, { dimension, first: parts.rows });
      if (parts.table) await parts.table.add(records);
      else parts.table = await parts.database.createTable(options.table ?? defaultTable, records);
      parts.rows += records.length;
      parts.count += records.length;
    },
    async remove(labels) {
      for (const some of slices([...labels])) await parts.table?.delete(isOneOf(some));
      parts.count = (await parts.table?.countRows()) ?? 0;
    },
    async search(query, k, { within, exact } = {}) {
      const { table } = parts;
      if (!table) return [];
      if (within) return searchWithin(table, query, { k, within });
      const found = exact || !width ? [] : await nearest(table, query, { k, width });
      return found.length >= Math.min(k, parts.count) ? found : nearest(table, query, { k });
    },
    vectors: (labels) => readVectors(parts.table, labels, dimension),
    async train() {
      const { table, lance, count } = parts;
      if (!table) return;
      const numPartitions = Math.max(1, Math.round(Math.sqrt(count)));
      await table.createIndex("vector", {
        config: lance.Index.ivfPq({ distanceType: "cosine", numPartitions }),
      });
      await table.createIndex("label", { config: lance.Index.btree() });
    },
    setSearch(search) {
      width = search;
    },
    async state() {
      if (!parts.table) throw new Error("internal: an empty LanceDB store has no version.");
      return { tableVersion: await parts.table.version(), rows: parts.rows };
    },
    async forgetBefore(time) {
      await parts.table?.optimize({ cleanupOlderThan: time });
    },
    async close() {
      parts.table?.close();
      parts.database.close();
    },
  };
}

/** The first line of what LanceDB says: traces follow it. */
function reasonOf(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split("\n")[0]!;
}

async function searchWithin(
  table: Table,
  query: Float32Array,
  { k, within }: { k: number; within: Uint32Array },
): Promise<Neighbor[]> {
  const found: Neighbor[] = [];
  for (const some of slices(within)) {
    found.push(...(await nearest(table, query, { k, where: isOneOf(some) })));
  }
  return found.sort(byRank).slice(0, k);
}

/** Exact unless a width is given. */
async function nearest(
  table: Table,
  query: Float32Array,
  { k, where, width }: { k: number; where?: string; width?: LanceSearch },
): Promise<Neighbor[]> {
  const all = table.query().nearestTo(query).distanceType("cosine").limit(k);
  const filtered = where === undefined ? all : all.where(where);
  const wide = width
    ? filtered.nprobes(width.nprobes).refineFactor(width.refineFactor)
    : filtered.bypassVectorIndex();
  const found: { label: number; _distance: number }[] = await wide
    .select(["label", "_distance"])
    .toArray();
  return found.map(({ label, _distance }) => ({ label, score: 1 - _distance })).sort(byRank);
}

async function readVectors(
  table: Table | undefined,
  labels: ArrayLike<number>,
  dimension: number,
): Promise<Float32Array> {
  const vectors = new Float32Array(labels.length * dimension);
  const placesOf = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) {
    placesOf.set(labels[i]!, [...(placesOf.get(labels[i]!) ?? []), i]);
  }
  let read = 0;
  for (const some of slices([...placesOf.keys()])) {
    const rows: { label: number; vector: ArrayLike<number> & Iterable<number> }[] =
      (await table?.query().where(isOneOf(some)).select(["label", "vector"]).toArray()) ?? [];
    for (const { label, vector } of rows) {
      const row = Float32Array.from(vector);
      for (const place of placesOf.get(label)!) vectors.set(row, place * dimension);
    }
    read += rows.length;
  }
  if (read < placesOf.size) {
    throw new Error(`internal: ${placesOf.size - read} vectors are not in the LanceDB table.`);
  }
  return vectors;
}

function toRecords(
  vectors: Float32Array,
  { dimension, first }: { dimension: number; first: number },
): Record<string, unknown>[] {
  return Array.from({ length: vectors.length / dimension }, (_, row) => ({
    label: first + row,
    vector: vectors.slice(row * dimension, (row + 1) * dimension),
  }));
}

function isOneOf(labels: ArrayLike<number>): string {
  return `label IN (${Array.from(labels).join(", ")})`;
}

function* slices<T extends { readonly length: number; slice(start: number, end: number): T }>(
  labels: T,
): Generator<T> {
  for (let start = 0; start < labels.length; start += slice) {
    yield labels.slice(start, start + slice);
  }
}
