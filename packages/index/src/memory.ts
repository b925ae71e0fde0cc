import { freemem } from "node:os";
import { UserError } from "@cliptune/engine";
import { defaultHnsw, type HnswParameters } from "./hnsw-graph.js";
import { checkStore, type StoreChoice } from "./store-choice.js";

export interface MemoryLimit {
  /** Bytes that an index may take, in building and in searching; what is free now unless given. */
  readonly memoryLimit?: number;
}

export interface MemoryOptions extends StoreChoice, MemoryLimit {
  readonly dimension: number;
  readonly hnsw?: Partial<HnswParameters>;
}

/** What an index of any size takes besides its rows: threads, buffers, SQLite. */
const fixed = 64 * 2 ** 20;

/** A row's checksum and label, by which the graph's copies are known, in JavaScript's heap. */
const copyEntry = 200;

/**
 * Bytes that an index takes at most, while it is built or searched. Searching holds all vectors and, with
 * a graph, that with a second copy of them; building holds the graph, whose capacity grows by half.
 */
export function memoryNeeded(rows: number, options: MemoryOptions): number {
  const { dimension, hnsw } = options;
  const { store } = checkStore(options);
  if (store === "lancedb") return fixed;
  const vector = dimension * 4;
  if (store === "flat") return fixed + rows * vector;
  const m = hnsw?.m ?? defaultHnsw.m;
  const node = vector + 8 * m + 4 + 8 + 8 + (m * 4 + 4) / (m - 1); // links, their number, label, pointer, upper layers
  return Math.ceil(fixed + rows * Math.max(1.5 * node + copyEntry, node + vector));
}

/** Fixes the limit as it is now: an index that grows makes the free memory less. */
export function memoryGuard(dir: string, options: MemoryOptions): (rows: number) => void {
  const limit = options.memoryLimit ?? freeMemory();
  return (rows) => {
    const needed = memoryNeeded(rows, options);
    if (needed <= limit) return;
    const allowed = options.memoryLimit === undefined ? "are free" : "are allowed";
    throw new UserError(
      `An index of ${rows} vectors of ${options.dimension} numbers needs ${gigabytes(needed)} of memory, and ${gigabytes(limit)} ${allowed}. Keep the vectors on the disk instead: add --store lancedb to cliptune index build, or for an index that is there: cliptune index reindex --index ${dir} --store lancedb.`,
    );
  };
}

/** Of the machine or, in a container, of its share. */
function freeMemory(): number {
  return process.availableMemory?.() ?? freemem(); // Node 20.13 and later
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toPrecision(3)} GB`;
}
