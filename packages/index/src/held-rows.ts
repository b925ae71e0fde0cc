import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { FileRecord } from "./checksum.js";
import { readRows } from "./row-file.js";

/** A version's rows in memory, with room behind them for those of the next one. */
export interface HeldRows {
  readonly dimension: number;
  readonly rows: number;
  /** `[capacity, D]`; pages that nothing was written to take no memory. */
  readonly buffer: Float32Array;
  /** Rows that any version has put there: only the one with the most can be gone on from. */
  readonly taken: { rows: number };
}

/** How much longer the buffer is than the rows it was made for. */
const room = 1.25;

/** Bytes hashed before the event loop gets a turn, a few milliseconds. */
const slice = 1 << 22;

/** Reads all rows of a file, which must have been checked. */
export async function holdRows(
  path: string,
  { rows, dimension }: { readonly rows: number; readonly dimension: number },
): Promise<HeldRows> {
  const buffer = new Float32Array(Math.ceil(rows * room) * dimension);
  await readInto(path, buffer, { first: 0, rows, dimension });
  return { dimension, rows, buffer, taken: { rows } };
}

/**
 * The rows of a version that goes on from the one that is held, in the same memory: only the new ones are
 * read. None where that isn't so, by the checksum of all rows, or there is no room.
 */
export async function continueRows(
  before: HeldRows,
  path: string,
  { rows, record }: { readonly rows: number; readonly record: FileRecord },
): Promise<HeldRows | undefined> {
  const { dimension, buffer, taken } = before;
  const fits = rows >= before.rows && rows * dimension <= buffer.length;
  if (!fits || taken.rows !== before.rows) return undefined;
  taken.rows = Number.POSITIVE_INFINITY; // while this is tried, nobody else may
  try {
    const same = await readsAs({ path, buffer, dimension }, before.rows, { rows, record });
    taken.rows = same ? rows : before.rows;
    return same ? { dimension, rows, buffer, taken } : undefined;
  } catch (error) {
    taken.rows = before.rows;
    throw error;
  }
}

/** Whether the buffer's rows, with the new ones read behind them, have the checksum of all. */
async function readsAs(
  { path, buffer, dimension }: { path: string; buffer: Float32Array; dimension: number },
  first: number,
  { rows, record }: { readonly rows: number; readonly record: FileRecord },
): Promise<boolean> {
  await readInto(path, buffer, { first, rows, dimension });
  const hash = createHash("sha256");
  const bytes = new Uint8Array(buffer.buffer, 0, rows * dimension * 4);
  for (let start = 0; start < bytes.length; start += slice) {
    hash.update(bytes.subarray(start, start + slice));
    await nextTurn();
  }
  return hash.digest("hex") === record.sha256;
}

/** `[rows, D]`, a view. */
export function viewOf({ buffer, rows, dimension }: HeldRows): Float32Array {
  return buffer.subarray(0, rows * dimension);
}

async function readInto(
  path: string,
  buffer: Float32Array,
  { first, rows, dimension }: { first: number; rows: number; dimension: number },
): Promise<void> {
  const step = Math.max(1, Math.floor(slice / (dimension * 4)));
  const file = await open(path, "r");
  try {
    for (let row = first; row < rows; row += step) {
      const n = Math.min(step, rows - row);
      buffer.set(await readRows({ file, dimension }, row, n), row * dimension);
    }
  } finally {
    await file.close();
  }
}
