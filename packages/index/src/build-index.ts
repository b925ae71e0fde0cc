import type { Encoder, Preprocessing } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import { inOrder } from "./in-order.js";
import { createIndexWriter, type IndexWriter } from "./index-writer.js";
import type { Manifest } from "./manifest.js";
import type { ModelReference } from "./model-reference.js";
import { openIndex } from "./open-index.js";
import { type IndexItem, type Picture, readPicture, type Unreadable } from "./read-picture.js";
import { backgroundOf } from "./search/background-file.js";

export interface BuildProgress {
  /** Pictures in the index so far. */
  readonly done: number;
  /** Pictures left out because they could not be read. */
  readonly skipped: number;
  /** Items in all, where that can be known beforehand. */
  readonly total?: number;
  readonly imagesPerSecond: number;
}

export interface BuildOptions {
  readonly items: Iterable<IndexItem> | AsyncIterable<IndexItem>;
  /** What turns pictures and titles into vectors. */
  readonly encoder: Encoder;
  /** The model's own, `model.preprocessing`. */
  readonly preprocessing: Preprocessing;
  /** The index directory; made if need be, replaced at once when all is done. */
  readonly dir: string;
  /** Where `openSearcher` finds the model again. */
  readonly model: ModelReference;
  /** What is indexed, as on the command line; part of the advice when models differ. */
  readonly source?: string;
  /** Pictures encoded at a time, 32 unless given. */
  readonly batchSize?: number;
  /** The first picture that can't be read ends the build; else it is left out and counted. */
  readonly strict?: boolean;
  readonly signal?: AbortSignal;
  onProgress?(progress: BuildProgress): void;
  /** Called for every picture that is left out. */
  onError?(error: Error, item: IndexItem): void;
}

/** Titles encoded to measure the graph's recall with: searches will be texts, not pictures. */
const recallQueries = 100;

/**
 * Decodes, encodes and indexes pictures. The directory holds the index it held before, untouched,
 * until the new one is complete on disk.
 *
 * @throws UserError when there is nothing to index, an id comes twice, another process is writing
 * there or the disk is full; the signal's reason when aborted
 */
export async function buildIndex(options: BuildOptions): Promise<Manifest> {
  const { dir, encoder, model } = options;
  const writer = await createIndexWriter({
    dir,
    dimension: encoder.dimension,
    fingerprint: encoder.fingerprint,
    // Strength is the encoder's to know: a later search must set the same one.
    model: { ...model, strength: encoder.strength },
    ...(options.source === undefined ? {} : { source: options.source }),
  });
  try {
    const { skipped, titles } = await addAll(writer, options);
    if (writer.count === 0) {
      throw new UserError(
        skipped === 0
          ? `There is nothing to index: no picture was given for ${dir}.`
          : `There is nothing to index: none of the ${skipped} pictures could be read.`,
      );
    }
    options.signal?.throwIfAborted();
    const queries = await encodeTitles(encoder, titles);
    const manifest = await writer.commit({ skipped, ...(queries && { queries }) });
    await prepareBackground(dir, encoder);
    return manifest;
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

async function addAll(
  writer: IndexWriter,
  options: BuildOptions,
): Promise<{ skipped: number; titles: string[] }> {
  const { items, preprocessing, batchSize = 32, signal } = options;
  const total = Array.isArray(items) ? { total: items.length } : {};
  const began = performance.now();
  const titles: string[] = [];
  let skipped = 0;
  let batch: Picture[] = [];
  const encodeBatch = async () => {
    await addBatch(writer, batch, options.encoder);
    for (const { item } of batch) {
      if (titles.length < recallQueries && item.title !== "") titles.push(item.title);
    }
    batch = [];
    const seconds = (performance.now() - began) / 1000;
    const imagesPerSecond = writer.count / seconds;
    options.onProgress?.({ done: writer.count, skipped, ...total, imagesPerSecond });
  };
  const decode = (item: IndexItem) => readPicture(item, preprocessing);
  for await (const picture of inOrder(items, decode, { ahead: batchSize })) {
    signal?.throwIfAborted();
    if ("error" in picture) {
      skip(picture, options);
      skipped++;
    } else if (batch.push(picture) === batchSize) await encodeBatch();
  }
  if (batch.length > 0) await encodeBatch();
  return { skipped, titles };
}

/** `[n, D]`; none without titles, or for a model without a tokenizer: it can still search by picture. */
async function encodeTitles(
  encoder: Encoder,
  titles: readonly string[],
): Promise<Float32Array | undefined> {
  if (titles.length === 0) return undefined;
  return encoder.encodeTexts(titles).catch((error: unknown) => {
    if (error instanceof UserError) return undefined;
    throw error;
  });
}

/** So that the first search needn't. The index is whole without it. */
async function prepareBackground(dir: string, encoder: Encoder): Promise<void> {
  const index = await openIndex(dir);
  try {
    await backgroundOf(dir, index, encoder);
  } finally {
    await index.close();
  }
}

async function addBatch(
  writer: IndexWriter,
  batch: readonly Picture[],
  encoder: Encoder,
): Promise<void> {
  const size = batch[0]!.pixels.length;
  const pixels = new Uint8Array(batch.length * size); // [n, S, S, 3]
  for (const [i, picture] of batch.entries()) pixels.set(picture.pixels, i * size);
  const vectors = await encoder.encodeImages(pixels, batch.length); // [n, D]
  const { dimension } = encoder;
  for (const [i, { item, thumbnail }] of batch.entries()) {
    await writer.add(item, vectors.subarray(i * dimension, (i + 1) * dimension), thumbnail);
  }
}

function skip({ source, error }: Unreadable, { strict, onError }: BuildOptions): void {
  if (strict) {
    throw new UserError(`Item "${source.id}" could not be read: ${error.message}`, {
      cause: error,
    });
  }
  onError?.(error, source);
}
