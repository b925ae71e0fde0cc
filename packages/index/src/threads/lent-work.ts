import type { Encoder } from "@cliptune/clip";
import type { BuildOptions } from "../build-index.js";
import type { EncodeOptions } from "../encode-pictures.js";
import type { ImportModel, ImportOptions } from "../interop/import-index.js";
import type { IndexItem } from "../read-picture.js";
import type { ReindexOptions } from "../reindex.js";
import type { UpdateOptions } from "../update-index.js";

/** An encoder as another thread sees it: facts, and functions that were lent. */
export type LentEncoder = Pick<
  Encoder,
  | "dimension"
  | "fingerprint"
  | "strength"
  | "logitScale"
  | "imageSize"
  | "encodeImages"
  | "encodeTexts"
>;

/** The next items, none when all are given. */
interface ItemSource {
  nextItems(): Promise<IndexItem[]>;
}

export type LentBuild = Omit<BuildOptions, "encoder" | "items"> & ItemSource;
export type LentUpdate = Omit<UpdateOptions, "encoder" | "items"> & ItemSource;
export type LentReindex = Omit<ReindexOptions, "encoder">;
export type LentImport = Omit<ImportOptions, "model"> & {
  readonly model?: Omit<ImportModel, "encoder">;
};

export function lendEncoder(encoder: Encoder): LentEncoder {
  const { dimension, fingerprint, strength, logitScale, imageSize } = encoder;
  return {
    ...{ dimension, fingerprint, strength, logitScale, imageSize },
    encodeImages: (pixels, n) => encoder.encodeImages(pixels, n),
    encodeTexts: (texts) => encoder.encodeTexts(texts),
  };
}

/** Items that are handed over at a time: as many, or for so many milliseconds. */
const [most, longest] = [32, 5];

/** Hands items over when they are asked for; `end` tells their source that no more are wanted. */
export function lendItems(items: EncodeOptions["items"]) {
  const iterator =
    Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  return {
    async nextItems(): Promise<IndexItem[]> {
      const given: IndexItem[] = [];
      const began = performance.now();
      while (given.length < most && performance.now() - began < longest) {
        const { done, value } = await iterator.next();
        if (done) break;
        given.push(value);
      }
      return given;
    },
    async end(): Promise<void> {
      await iterator.return?.();
    },
  };
}

/** Listeners whose failure aborts the work with what they threw, as it would where they are called directly. */
export function lendListeners<T extends { readonly signal?: AbortSignal }>(options: T): T {
  const failed = new AbortController();
  const guarded = Object.entries<unknown>(options).map(([name, value]) => {
    if (typeof value !== "function") return [name, value];
    const listen = (...args: unknown[]) => {
      try {
        value.apply(options, args);
      } catch (error) {
        failed.abort(error);
      }
    };
    return [name, listen];
  });
  const signals = [failed.signal, ...(options.signal ? [options.signal] : [])];
  return { ...Object.fromEntries(guarded), signal: AbortSignal.any(signals) };
}
