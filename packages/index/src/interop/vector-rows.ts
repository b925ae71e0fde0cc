import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@cliptune/engine";
import { codeOf } from "../error-code.js";
import { type NpyFile, openNpy } from "./npy.js";
import { countRows, parquetRows } from "./parquet-rows.js";

/** One embedding of another program, with what that knows of the picture. */
export interface VectorRow {
  /** `[D]`, of any norm */
  readonly vector: Float32Array;
  /** The caption's embedding, where there is one. */
  readonly text?: Float32Array;
  readonly record: Readonly<Record<string, unknown>>;
}

export interface VectorSource {
  readonly dimension: number;
  readonly rows: number;
  read(): AsyncGenerator<VectorRow>;
}

/** Embeddings read at a time. */
const slice = 1024;

/**
 * Embeddings in clip-retrieval's layout, or as `exportIndex` writes them.
 *
 * @throws UserError when the folder holds none of these, or parts of them don't fit together
 */
export async function openVectors(dir: string): Promise<VectorSource> {
  const names = await readdir(dir).catch((error: unknown) => {
    if (codeOf(error) !== "ENOENT" && codeOf(error) !== "ENOTDIR") throw error;
    throw new UserError(`There is no folder ${dir}.`, { cause: error });
  });
  const there = new Set(names);
  if (there.has("img_emb")) return openShards(dir, there);
  if (there.has("vectors.npy")) {
    const shard = { images: join(dir, "vectors.npy"), metadata: join(dir, "items.parquet") };
    return openAll([shard]);
  }
  if (there.has("vectors.parquet")) return openTable(join(dir, "vectors.parquet"));
  throw new UserError(
    `${dir} holds no embeddings that can be imported; it must have img_emb/ and metadata/ (clip-retrieval), or be what cliptune index export wrote.`,
  );
}

interface Shard {
  readonly images: string;
  readonly texts?: string | undefined;
  readonly metadata: string;
}

async function openShards(dir: string, there: ReadonlySet<string>): Promise<VectorSource> {
  const images = await numbered(join(dir, "img_emb"), /^img_emb_(\d+)\.npy$/);
  const texts = there.has("text_emb")
    ? await numbered(join(dir, "text_emb"), /^text_emb_(\d+)\.npy$/)
    : new Map<number, string>();
  const metadata = there.has("metadata")
    ? await numbered(join(dir, "metadata"), /^metadata_(\d+)\.parquet$/)
    : new Map<number, string>();
  if (images.size === 0) {
    throw new UserError(`${join(dir, "img_emb")} has no img_emb_0.npy, nor any other part.`);
  }
  const shards = [...images].sort(([left], [right]) => left - right);
  return openAll(
    shards.map(([number, path]) => {
      const rows = metadata.get(number);
      if (rows) return { images: path, texts: texts.get(number), metadata: rows };
      throw new UserError(
        `${path} has no metadata/metadata_${number}.parquet beside it; import needs the ids and captions too.`,
      );
    }),
  );
}

/** By their numbers, which may have leading zeros. */
async function numbered(dir: string, pattern: RegExp): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  for (const name of await readdir(dir)) {
    const match = pattern.exec(name);
    if (match) found.set(Number(match[1]), join(dir, name));
  }
  return found;
}

/** Checks all parts before the first is read. */
async function openAll(shards: readonly Shard[]): Promise<VectorSource> {
  let rows = 0;
  let dimension: number | undefined;
  for (const { images, texts, metadata } of shards) {
    const count = await countRows(metadata).catch((error: Error) => {
      throw new UserError(`${metadata} can't be read as parquet: ${error.message}.`);
    });
    for (const path of [images, texts].filter((path) => path !== undefined)) {
      const file = await openNpy(path);
      await file.close();
      dimension ??= file.dimension;
      if (file.dimension !== dimension) {
        throw new UserError(
          `${path} has vectors of ${file.dimension}, those before it have ${dimension}; all must be of one model.`,
        );
      }
      if (file.rows !== count) {
        throw new UserError(
          `${path} has ${file.rows} rows, ${metadata} has ${count}; row i of both must be the same picture.`,
        );
      }
    }
    rows += count;
  }
  return { rows, dimension: dimension!, read: () => readShards(shards) };
}

async function* readShards(shards: readonly Shard[]): AsyncGenerator<VectorRow> {
  for (const { images, texts, metadata } of shards) {
    const image = await openNpy(images);
    const text = texts === undefined ? undefined : await openNpy(texts);
    try {
      yield* readShard(image, text, metadata);
    } finally {
      await image.close();
      await text?.close();
    }
  }
}

async function* readShard(
  image: NpyFile,
  text: NpyFile | undefined,
  metadata: string,
): AsyncGenerator<VectorRow> {
  const { dimension } = image;
  let vectors: Float32Array = new Float32Array(0);
  let captions: Float32Array | undefined;
  let row = 0;
  for await (const record of parquetRows(metadata)) {
    const place = row % slice;
    if (place === 0) {
      const n = Math.min(slice, image.rows - row);
      vectors = await image.read(row, n);
      captions = await text?.read(row, n);
    }
    row++;
    const part = (rows: Float32Array) => rows.subarray(place * dimension, (place + 1) * dimension);
    yield { vector: part(vectors), record, ...(captions && { text: part(captions) }) };
  }
}

async function openTable(path: string): Promise<VectorSource> {
  const rows = await countRows(path).catch((error: Error) => {
    throw new UserError(`${path} can't be read as parquet: ${error.message}.`);
  });
  for await (const { vector } of readTable(path)) {
    return { rows, dimension: vector.length, read: () => readTable(path) };
  }
  throw new UserError(`${path} has no rows.`);
}

async function* readTable(path: string): AsyncGenerator<VectorRow> {
  for await (const { vector, ...record } of parquetRows(path)) {
    if (!Array.isArray(vector) && !ArrayBuffer.isView(vector)) {
      throw new UserError(`${path} has no column "vector" of lists of numbers.`);
    }
    yield { vector: Float32Array.from(vector as ArrayLike<number>), record };
  }
}
