import type { Encoder } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import { makeCanaries } from "./canaries.js";
import {
  type EncodeOptions,
  type EncodeProgress,
  encodePictures,
  encodeTitles,
} from "./encode-pictures.js";
import { createIndexWriter } from "./index-writer.js";
import type { Manifest } from "./manifest.js";
import type { MemoryLimit } from "./memory.js";
import type { ModelReference } from "./model-reference.js";
import { openIndex } from "./open-index.js";
import type { StoreChoice } from "./store-choice.js";

export type BuildProgress = EncodeProgress;

export interface BuildOptions extends EncodeOptions, StoreChoice, MemoryLimit {
  /** The index directory; made if need be, replaced at once when all is done. */
  readonly dir: string;
  /** Where `openSearcher` finds the model again. */
  readonly model: ModelReference;
  /** What is indexed, as on the command line; part of the advice when models differ. */
  readonly source?: string;
  /** The least share of the exact ten nearest that searches shall find, 0.99 unless given. */
  readonly recall?: number;
}

/**
 * Decodes, encodes and indexes pictures. The directory holds the index it held before, untouched,
 * until the new one is complete on disk.
 *
 * @throws UserError when there is nothing to index, an id comes twice, another process is writing
 * there or the disk is full; the signal's reason when aborted
 */
export async function buildIndex(options: BuildOptions): Promise<Manifest> {
  const { dir, encoder, model, items, memoryLimit } = options;
  const expected = options.expected ?? (Array.isArray(items) ? items.length : undefined);
  const writer = await createIndexWriter({
    dir,
    dimension: encoder.dimension,
    fingerprint: encoder.fingerprint,
    // Strength is the encoder's to know: a later search must set the same one.
    model: { ...model, strength: encoder.strength },
    ...(options.source === undefined ? {} : { source: options.source }),
    ...(options.recall === undefined ? {} : { recall: options.recall }),
    ...(options.store === undefined ? {} : { store: options.store }),
    ...(options.uri === undefined ? {} : { uri: options.uri }),
    ...(expected === undefined ? {} : { expected }),
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
  });
  try {
    const { done, broken, titles } = await encodePictures(writer.add, options);
    if (done === 0) {
      throw new UserError(
        broken.length === 0
          ? `There is nothing to index: no picture was given for ${dir}.`
          : `There is nothing to index: none of the ${broken.length} pictures could be read.`,
      );
    }
    const queries = await encodeTitles(encoder, titles);
    const canaries = await makeCanaries(encoder);
    const manifest = await writer.commit({ broken, canaries, ...(queries && { queries }) });
    await prepareBackground(dir, encoder);
    return manifest;
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** So that the first search needn't. The index is whole without it. */
export async function prepareBackground(dir: string, encoder: Encoder): Promise<void> {
  const index = await openIndex(dir);
  try {
    await index.prepareConfidence((texts) => encoder.encodeTexts(texts));
  } finally {
    await index.close();
  }
}
