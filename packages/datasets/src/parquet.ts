import { dirname } from "node:path";
import { UserError } from "@cliptune/engine";
import type { Columns, OpenOptions, Pair } from "./pair.js";
import { openParquet, type ParquetFile } from "./parquet-file.js";
import { splitOf } from "./place.js";
import { fieldsOf, imageColumn, pairOfRow, type Row, splitAndLabel, wordsOf } from "./rows.js";

/** Columns that hold pictures as they are, besides those that may hold their paths: img2dataset's. */
const byteNames = ["jpg", "jpeg", "png", "webp", "image_bytes", "bytes", "img"];

function pictureColumn(names: readonly string[], columns: Columns): string | undefined {
  return imageColumn(names, columns) ?? byteNames.find((name) => names.includes(name));
}

/** The picture file in a cell: bytes, or Hugging Face's `{ bytes, path }`; undefined for a path. */
function bytesOf(cell: unknown): Uint8Array | undefined {
  if (cell instanceof Uint8Array) return cell;
  const { bytes } = (cell ?? {}) as { bytes?: unknown };
  return bytes instanceof Uint8Array ? bytes : undefined;
}

/** The pairs of a parquet file with embedded pictures, or with paths of pictures relative to it. */
export async function* parquetPairs(
  path: string,
  id: string,
  { columns = {}, onSkip }: OpenOptions,
): AsyncGenerator<Pair> {
  const file = await openParquet(path);
  const column = pictureColumn(file.columns, columns);
  if (column === undefined) {
    throw new UserError(
      `${path} has no column of pictures; its columns are: ${file.columns.join(", ")}. Name the one that is.`,
    );
  }
  const rows = rowReader(file);
  const split = splitOf(id.slice(id.lastIndexOf("/") + 1)) ?? splitOf(id);
  for (let number = 0; number < file.bounds.at(-1)!; number++) {
    const row = await rows(number);
    const where = `${path}, row ${number}`;
    const cell = row[column];
    const said = (cell as { path?: unknown } | null)?.path ?? cell;
    if (!bytesOf(cell) && typeof said === "string") {
      const place = { dir: dirname(path), where, columns: { ...columns, image: column }, split };
      yield pairOfRow({ ...row, [column]: said }, place);
      continue;
    }
    const words = wordsOf(row, columns);
    if (!bytesOf(cell) || !words) {
      onSkip?.(`${where} has no ${words ? "picture" : "caption"}`);
      continue;
    }
    yield {
      id: `${id}/${number}`,
      image: { bytes: async () => bytesOf((await rows(number))[column])! },
      ...words,
      fields: fieldsOf(row, [column, "key", "status", "error_message", "exif"]),
      ...splitAndLabel(row, split),
    };
  }
}

/** The most rows kept decoded: those around the last one asked for. */
const rowsKept = 256;

/** One row at a time, the ones around it kept: reading in order decodes each page of pictures once. */
function rowReader({ bounds, read }: ParquetFile): (number: number) => Promise<Row> {
  let kept: { start: number; end: number; rows: Promise<Row[]> } | undefined;
  return async (number) => {
    if (!kept || number < kept.start || number >= kept.end) {
      const group = bounds.findLastIndex((bound) => bound <= number);
      const first = bounds[group]!;
      const start = first + Math.floor((number - first) / rowsKept) * rowsKept;
      const end = Math.min(start + rowsKept, bounds[group + 1]!);
      kept = { start, end, rows: read(start, end) };
    }
    const { start, rows } = kept;
    return (await rows)[number - start]!;
  };
}
