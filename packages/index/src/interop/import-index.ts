import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type Encoder, type Preprocessing, preprocessImage } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import { prepareBackground } from "../build-index.js";
import { makeCanaries } from "../canaries.js";
import { sha256 } from "../checksum.js";
import { fileStamp } from "../file-stamp.js";
import { inOrder } from "../in-order.js";
import { createIndexWriter } from "../index-writer.js";
import type { StoredItem } from "../item-store.js";
import type { Manifest } from "../manifest.js";
import type { MemoryLimit } from "../memory.js";
import type { ModelReference } from "../model-reference.js";
import type { StoreChoice } from "../store-choice.js";
import { makeThumbnail } from "../thumbnail.js";
import { unitQuery } from "../unit-vector.js";
import { recordItem } from "./record-item.js";
import { openVectors, type VectorRow } from "./vector-rows.js";

/** The model that made the vectors, for searches by text and picture. */
export interface ImportModel {
  readonly encoder: Encoder;
  readonly preprocessing: Preprocessing;
  readonly reference: ModelReference;
}

export interface ImportOptions extends StoreChoice, MemoryLimit {
  /** A folder in clip-retrieval's layout, or one that `exportIndex` wrote. */
  readonly from: string;
  /** The index directory; made if need be, replaced at once when all is done. */
  readonly dir: string;
  /** Without it, the index can only be searched by vectors. */
  readonly model?: ImportModel;
  /** The least share of the exact ten nearest that searches shall find, 0.99 unless given. */
  readonly recall?: number;
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
}

export interface ImportReport {
  /** Pictures whose file was found: the others have no thumbnail. */
  readonly thumbnails: number;
  readonly manifest: Manifest;
}

/** Rows read ahead while thumbnails are made. */
const ahead = 16;

/**
 * Makes an index of embeddings that were made elsewhere. Where a row names a picture's file that is
 * there, its thumbnail and its content's hash are kept too, so that updates go on from it.
 *
 * @throws UserError when the folder's parts don't fit together, or the vectors are not the model's
 */
export async function importIndex(options: ImportOptions): Promise<ImportReport> {
  const { from, dir, model, store, uri, recall, memoryLimit, signal } = options;
  const source = await openVectors(from);
  const { dimension } = source;
  if (model) await assertModel(model, from, source);
  const writer = await createIndexWriter({
    ...{ dir, dimension, fingerprint: model?.encoder.fingerprint ?? "imported" },
    ...(model && { model: { ...model.reference, strength: model.encoder.strength } }),
    ...(store !== undefined && { store }),
    ...(uri !== undefined && { uri }),
    ...(recall !== undefined && { recall }),
    ...(memoryLimit !== undefined && { memoryLimit }),
    expected: source.rows,
  });
  try {
    const queries = captionSample(source.rows, dimension);
    let thumbnails = 0;
    let row = 0;
    const work = ({ record }: VectorRow) => withPicture(recordItem(record, row++));
    const rows: VectorRow[] = [];
    const remembered = remember(source.read(), rows);
    for await (const { item, thumbnail } of inOrder(remembered, work, { ahead })) {
      signal?.throwIfAborted();
      const { vector, text } = rows.shift()!;
      await writer.add(item, unitRow(vector, { from, id: item.id }), thumbnail);
      if (text) queries.offer(writer.count - 1, unitRow(text, { from, id: item.id }));
      if (thumbnail) thumbnails++;
      if (writer.count % 100 === 0) options.onProgress?.(writer.count, source.rows);
    }
    const captions = queries.rows();
    const manifest = await writer.commit({
      ...(captions && { queries: captions }),
      ...(model && { canaries: await makeCanaries(model.encoder) }),
    });
    if (model) await prepareBackground(dir, model.encoder);
    return { thumbnails, manifest };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** Passes rows on, and keeps them until they are taken. */
async function* remember(
  source: AsyncIterable<VectorRow>,
  rows: VectorRow[],
): AsyncGenerator<VectorRow> {
  for await (const row of source) {
    rows.push(row);
    yield row;
  }
}

async function withPicture(
  item: StoredItem,
): Promise<{ item: StoredItem; thumbnail: Uint8Array | undefined }> {
  const { file, ...rest } = item;
  if (file === undefined) return { item, thumbnail: undefined };
  try {
    const stamp = await fileStamp(file);
    const bytes = await readFile(file);
    const thumbnail = await makeThumbnail(bytes);
    const known = { ...rest, file: resolve(file), hash: sha256(bytes), ...(stamp && { stamp }) };
    return { item: known, thumbnail };
  } catch {
    return { item: rest, thumbnail: undefined }; // a name inside a shard, or a picture that is gone
  }
}

/** Captions' embeddings, evenly spread, to measure recall with: searches will be texts. */
function captionSample(count: number, dimension: number) {
  const step = Math.max(1, Math.floor(count / 100));
  const picked: Float32Array[] = [];
  return {
    offer(row: number, text: Float32Array): void {
      if (row % step === 0 && picked.length < 100) picked.push(text);
    },
    rows(): Float32Array | undefined {
      if (picked.length === 0) return undefined;
      const all = new Float32Array(picked.length * dimension);
      for (const [i, text] of picked.entries()) all.set(text, i * dimension);
      return all;
    },
  };
}

function unitRow(
  vector: Float32Array,
  { from, id }: { readonly from: string; readonly id: string },
): Float32Array {
  try {
    return unitQuery(vector, vector.length);
  } catch (error) {
    throw new UserError(
      `The vector of "${id}" in ${from} is zero or has numbers that are not finite; leave that row out, or encode it again.`,
      { cause: error },
    );
  }
}

/** Cosine of a vector and what the model makes of the same picture: other decoders and half precision cost less. */
const leastCosine = 0.95;

/** Compares a few pictures whose files are there, or captions, with their vectors. */
async function assertModel(
  { encoder, preprocessing, reference }: ImportModel,
  from: string,
  source: { readonly dimension: number; read(): AsyncIterable<VectorRow> },
): Promise<void> {
  const name = reference.name ?? reference.path;
  if (source.dimension !== encoder.dimension) {
    throw new UserError(
      `The vectors in ${from} have ${source.dimension} numbers, those of model "${name}" have ${encoder.dimension}; give the model that made them with --model.`,
    );
  }
  let compared = 0;
  let row = 0;
  for await (const { vector, text, record } of source.read()) {
    const { id, file, title } = recordItem(record, row++);
    const pixels = file && (await preprocessImage(file, preprocessing).catch(() => undefined));
    const made = pixels
      ? await encoder.encodeImages(pixels, 1)
      : text && (await encoder.encodeTexts([title]));
    if (made) {
      const cosine = innerProduct(made, unitRow(pixels ? vector : text!, { from, id }));
      if (cosine < leastCosine) throw notThisModels(name, { from, id, cosine });
      compared++;
    }
    if (compared === 4 || row === 1000) return;
  }
}

function innerProduct(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, i) => sum + value * right[i]!, 0);
}

function notThisModels(
  name: string,
  { from, id, cosine }: { from: string; id: string; cosine: number },
): UserError {
  return new UserError(
    `The vectors in ${from} are not those of model "${name}": it encodes "${id}" to another vector (cosine ${cosine.toFixed(2)}); give the model that made them with --model, and its --adapter.`,
  );
}
