import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@cliptune/engine";
import { explainWriteError } from "../durable.js";
import { codeOf } from "../error-code.js";
import type { StoredItem } from "../item-store.js";
import { openIndex } from "../open-index.js";
import { openTogether } from "../open-together.js";
import type { SearchIndex } from "../search-index.js";
import { createItemTable, type ItemTable } from "./item-table.js";
import { createNpy, type NpyPrecision, type NpyWriter } from "./npy.js";

export const exportFormats = ["clip-retrieval", "npy", "parquet"] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportOptions {
  /** The index directory. */
  readonly dir: string;
  /** A new or empty folder. */
  readonly out: string;
  readonly format: ExportFormat;
  /** Of `.npy` files, float32 unless given; parquet is float32. */
  readonly precision?: NpyPrecision;
  /** Rows in a part, 1,000,000 unless given, as clip-retrieval does. */
  readonly shardRows?: number;
  /** Titles → `[n, D]`: adds clip-retrieval's `text_emb`. */
  encodeTexts?(texts: readonly string[]): Promise<Float32Array>;
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
}

/** Items read at a time. */
const slice = 4096;

/**
 * Writes an index's vectors and items as other programs read them:
 * - `clip-retrieval`: `img_emb/img_emb_0.npy`, `metadata/metadata_0.parquet` and, with texts, `text_emb/`
 * - `npy`: `vectors.npy` `[n, D]` and `items.parquet`, a row each
 * - `parquet`: `vectors.parquet`, with a column `vector`
 *
 * @returns how many rows were written
 * @throws UserError when the folder holds something, the index is damaged or the disk is full; the
 * signal's reason when aborted. Nothing is left behind then.
 */
export async function exportIndex(options: ExportOptions): Promise<number> {
  const { dir, out, format, shardRows = 1_000_000 } = options;
  const index = await openIndex(dir);
  try {
    await claimFolder(out);
    try {
      const labels = await index.labels(Number.POSITIVE_INFINITY);
      const rows = format === "clip-retrieval" ? shardRows : labels.length;
      for (let shard = 0; shard * rows < labels.length; shard++) {
        const part = labels.subarray(shard * rows, (shard + 1) * rows);
        await writeShard(index, options, { shard, part, before: shard * rows });
      }
      return labels.length;
    } catch (error) {
      await rm(out, { recursive: true, force: true });
      throw explainWriteError(error, out);
    }
  } finally {
    await index.close();
  }
}

async function writeShard(
  index: SearchIndex,
  options: ExportOptions,
  { shard, part, before }: { shard: number; part: Uint32Array; before: number },
): Promise<void> {
  const { signal, encodeTexts, format } = options;
  const writers = await openWriters(index, options, { shard, rows: part.length });
  try {
    for (let start = 0; start < part.length; start += slice) {
      signal?.throwIfAborted();
      const labels = part.subarray(start, start + slice);
      const items = await index.itemsAt(labels);
      const vectors = await index.vectors(labels);
      await writers.images?.add(vectors);
      writers.table.add(items, format === "parquet" ? vectors : undefined);
      if (writers.texts) await writers.texts.add(await encodeTitles(items, encodeTexts!, options));
      options.onProgress?.(before + start + labels.length, index.manifest.count);
    }
  } finally {
    await writers.images?.close();
    await writers.texts?.close();
  }
  writers.table.close();
}

interface Writers {
  readonly table: ItemTable;
  readonly images?: NpyWriter;
  readonly texts?: NpyWriter;
}

async function openWriters(
  index: SearchIndex,
  { out, format, precision = "float32", encodeTexts }: ExportOptions,
  { shard, rows }: { shard: number; rows: number },
): Promise<Writers> {
  const { dimension } = index.manifest;
  const matrix = { rows, dimension, precision };
  const fields = await index.fields();
  const own = { fields, names: { title: "title", file: "file" } };
  if (format === "parquet") {
    return { table: createItemTable(join(out, "vectors.parquet"), { ...own, dimension }) };
  }
  if (format === "npy") {
    return openTogether(async (keep) => ({
      images: keep(await createNpy(join(out, "vectors.npy"), matrix)),
      table: createItemTable(join(out, "items.parquet"), own),
    }));
  }
  const folder = async (name: string) => {
    await mkdir(join(out, name), { recursive: true });
    return join(out, name, `${name}_${shard}`);
  };
  const names = { title: "caption", file: "image_path" };
  return openTogether(async (keep) => ({
    images: keep(await createNpy(`${await folder("img_emb")}.npy`, matrix)),
    ...(encodeTexts && { texts: keep(await createNpy(`${await folder("text_emb")}.npy`, matrix)) }),
    table: createItemTable(`${await folder("metadata")}.parquet`, { fields, names }),
  }));
}

/** `[n, D]`, some titles at a time. */
async function encodeTitles(
  items: readonly StoredItem[],
  encodeTexts: NonNullable<ExportOptions["encodeTexts"]>,
  { signal }: ExportOptions,
): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for (let start = 0; start < items.length; start += 64) {
    signal?.throwIfAborted();
    parts.push(await encodeTexts(items.slice(start, start + 64).map(({ title }) => title)));
  }
  const dimension = parts[0]!.length / Math.min(64, items.length);
  const all = new Float32Array(items.length * dimension);
  for (const [i, part] of parts.entries()) all.set(part, i * 64 * dimension);
  return all;
}

async function claimFolder(out: string): Promise<void> {
  try {
    await mkdir(out, { recursive: true });
  } catch (error) {
    if (codeOf(error) === "EEXIST") throw new UserError(`${out} is a file; give a new folder.`);
    throw explainWriteError(error, out);
  }
  if ((await readdir(out)).length === 0) return;
  throw new UserError(`${out} is not empty; give a new folder for the export.`);
}
