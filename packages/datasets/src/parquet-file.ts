import { open } from "node:fs/promises";
import { UserError } from "@cliptune/engine";
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { readError } from "./place.js";
import type { Row } from "./rows.js";

/** The most rows decoded at a time, where a row group has more. */
const rowsAtATime = 1000;

export interface ParquetRow {
  readonly row: Row;
  /** In the file, from 0. */
  readonly number: number;
}

export interface ParquetFile {
  /** Names of the columns. */
  readonly columns: readonly string[];
  /** Where the row groups begin, and after the last one ends. */
  readonly bounds: readonly number[];
  read(start: number, end: number): Promise<Row[]>;
}

/** @throws UserError for a file that is missing, cut short or no parquet */
export async function openParquet(path: string): Promise<ParquetFile> {
  const { byteLength } = await statOf(path);
  const file: AsyncBuffer = {
    byteLength,
    slice: (start, end) => readSlice(path, start, end ?? byteLength),
  };
  const metadata = await parquetMetadataAsync(file).catch((error: unknown) => {
    throw parquetError(path, error);
  });
  return {
    columns: parquetSchema(metadata).children.map(({ element }) => element.name),
    bounds: boundsOf(metadata),
    read: (rowStart, rowEnd) =>
      parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors, utf8: false }).catch(
        (error: unknown) => {
          throw parquetError(path, error);
        },
      ),
  };
}

/** All rows, a row group or part of one in memory at a time. */
export async function* readParquetRows(
  path: string,
  { optional = false } = {},
): AsyncGenerator<ParquetRow> {
  if (optional && !(await exists(path))) return;
  const { bounds, read } = await openParquet(path);
  for (const [i, end] of bounds.slice(1).entries()) {
    for (let start = bounds[i]!; start < end; start += rowsAtATime) {
      const rows = await read(start, Math.min(end, start + rowsAtATime));
      for (const [j, row] of rows.entries()) yield { row, number: start + j };
    }
  }
}

function boundsOf({ row_groups: groups }: FileMetaData): number[] {
  const bounds = [0];
  for (const group of groups) bounds.push(bounds.at(-1)! + Number(group.num_rows));
  return bounds;
}

async function statOf(path: string): Promise<{ byteLength: number }> {
  const file = await open(path).catch((error: unknown) => {
    throw readError(path, error);
  });
  try {
    return { byteLength: (await file.stat()).size };
  } finally {
    await file.close();
  }
}

const exists = (path: string): Promise<boolean> =>
  statOf(path).then(
    () => true,
    () => false,
  );

async function readSlice(path: string, start: number, end: number): Promise<ArrayBuffer> {
  const file = await open(path);
  try {
    const bytes = new Uint8Array(end - start);
    await file.read(bytes, 0, bytes.length, start);
    return bytes.buffer;
  } finally {
    await file.close();
  }
}

function parquetError(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || "code" in error) return readError(path, error);
  return new UserError(
    `${path} is no whole parquet file (${error.message}); fetch or write it again.`,
  );
}
