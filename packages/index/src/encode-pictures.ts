import type { Encoder, Preprocessing } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import type { BrokenPicture } from "./broken-pictures.js";
import { inOrder } from "./in-order.js";
import type { StoredItem } from "./item-store.js";
import { type IndexItem, type Picture, readPicture, type Unreadable } from "./read-picture.js";

export interface EncodeProgress {
  /** Pictures in the index so far. */
  readonly done: number;
  /** Pictures left out because they could not be read. */
  readonly skipped: number;
  /** Items in all, where that can be known beforehand. */
  readonly total?: number;
  readonly imagesPerSecond: number;
}

export interface EncodeOptions {
  readonly items: Iterable<IndexItem> | AsyncIterable<IndexItem>;
  /** What turns pictures and titles into vectors. */
  readonly encoder: Encoder;
  /** The model's own, `model.preprocessing`. */
  readonly preprocessing: Preprocessing;
  /** How many items there will be, where `items` doesn't tell. */
  readonly expected?: number;
  /** Pictures encoded at a time, 32 unless given. */
  readonly batchSize?: number;
  /** The first picture that can't be read ends the work; else it is left out and counted. */
  readonly strict?: boolean;
  readonly signal?: AbortSignal;
  onProgress?(progress: EncodeProgress): void;
  /** Called for every picture that is left out. */
  onError?(error: Error, item: IndexItem): void;
}

/** Where encoded pictures go. */
export type TakePicture = (
  item: StoredItem,
  vector: Float32Array,
  thumbnail: Uint8Array,
) => Promise<void>;

/** Titles encoded to measure the graph's recall with: searches will be texts, not pictures. */
const recallQueries = 100;

export interface Encoded {
  readonly done: number;
  /** Pictures that could not be read. */
  readonly broken: readonly BrokenPicture[];
  /** Some titles of those that could. */
  readonly titles: readonly string[];
}

/** Decodes and encodes pictures and hands them on, in order: while a batch is encoded, the next is decoded. */
export async function encodePictures(take: TakePicture, options: EncodeOptions): Promise<Encoded> {
  const { items, preprocessing, batchSize = 32, signal } = options;
  const total = totalOf(options);
  const began = performance.now();
  const titles: string[] = [];
  let done = 0;
  const broken: BrokenPicture[] = [];
  let batch: Picture[] = [];
  let encoding: Promise<void> = Promise.resolve();
  const encodeBatch = async (pictures: readonly Picture[]) => {
    await takeBatch(take, pictures, options.encoder);
    done += pictures.length;
    for (const { item } of pictures) {
      if (titles.length < recallQueries && item.title !== "") titles.push(item.title);
    }
    const imagesPerSecond = done / ((performance.now() - began) / 1000);
    options.onProgress?.({ done, skipped: broken.length, ...total, imagesPerSecond });
  };
  const send = async () => {
    await encoding;
    encoding = encodeBatch(batch);
    encoding.catch(() => undefined); // awaited before the next batch
    batch = [];
  };
  const decode = (item: IndexItem) => readPicture(item, preprocessing);
  for await (const picture of inOrder(items, decode, { ahead: batchSize })) {
    signal?.throwIfAborted();
    if ("error" in picture) {
      skip(picture, options);
      broken.push(picture.broken);
    } else if (batch.push(picture) === batchSize) await send();
  }
  if (batch.length > 0) await send();
  await encoding;
  signal?.throwIfAborted();
  return { done, broken, titles };
}

function totalOf({ items, expected }: EncodeOptions): { total?: number } {
  const total = expected ?? (Array.isArray(items) ? items.length : undefined);
  return total === undefined ? {} : { total };
}

/** `[n, D]`; none without titles, or for a model without a tokenizer: it can still search by picture. */
export async function encodeTitles(
  encoder: Encoder,
  titles: readonly string[],
): Promise<Float32Array | undefined> {
  if (titles.length === 0) return undefined;
  return encoder.encodeTexts(titles).catch((error: unknown) => {
    if (error instanceof UserError) return undefined;
    throw error;
  });
}

async function takeBatch(
  take: TakePicture,
  batch: readonly Picture[],
  encoder: Encoder,
): Promise<void> {
  const size = batch[0]!.pixels.length;
  const pixels = new Uint8Array(batch.length * size); // [n, S, S, 3]
  for (const [i, picture] of batch.entries()) pixels.set(picture.pixels, i * size);
  const vectors = await encoder.encodeImages(pixels, batch.length); // [n, D]
  const { dimension } = encoder;
  for (const [i, { item, thumbnail }] of batch.entries()) {
    await take(item, vectors.subarray(i * dimension, (i + 1) * dimension), thumbnail);
  }
}

function skip({ source, error }: Unreadable, { strict, onError }: EncodeOptions): void {
  if (strict) {
    throw new UserError(`Item "${source.id}" could not be read: ${error.message}`, {
      cause: error,
    });
  }
  onError?.(error, source);
}
