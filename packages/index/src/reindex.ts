import { access } from "node:fs/promises";
import { UserError } from "@cliptune/engine";
import { type BuildOptions, prepareBackground } from "./build-index.js";
import { makeCanaries } from "./canaries.js";
import { encodePictures, encodeTitles } from "./encode-pictures.js";
import { createIndexWriter } from "./index-writer.js";
import type { StoredItem } from "./item-store.js";
import { type Manifest, readManifest } from "./manifest.js";
import { type IndexBase, openBase } from "./open-base.js";
import type { IndexItem } from "./read-picture.js";
import { storeOf } from "./store-choice.js";

export type ReindexOptions = Omit<BuildOptions, "items" | "source" | "expected">;

export interface ReindexReport {
  /** Pictures whose file is gone: their thumbnails were encoded in its place. */
  readonly fromThumbnails: number;
  readonly manifest: Manifest;
}

/**
 * Encodes the pictures of an index anew, with another model, in the same store unless another is given: each from the place where it was found
 * or, where that is gone, from its thumbnail. Titles and fields stay. The directory holds the index it
 * held before until the new one is complete; readers that have it open go on.
 *
 * @throws UserError when the index is damaged, another process is writing there, the disk is full or
 * no picture can be read; the signal's reason when aborted
 */
export async function reindex(options: ReindexOptions): Promise<ReindexReport> {
  const { dir, encoder, model, recall, store, uri, memoryLimit } = options;
  const before = await readManifest(dir); // makes no directory
  const { source } = before;
  const writer = await createIndexWriter({
    ...{ dir, dimension: encoder.dimension, fingerprint: encoder.fingerprint },
    model: { ...model, strength: encoder.strength },
    ...(source === null ? {} : { source }),
    ...(recall === undefined ? {} : { recall }),
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
    expected: before.count,
    ...(store === undefined ? storeOf(before) : { store, ...(uri !== undefined && { uri }) }),
  });
  try {
    const base = await openBase(dir, await readManifest(dir)); // as it is since the lock was taken
    try {
      let fromThumbnails = 0;
      const gone = new Map<string, StoredItem>();
      const { done, broken, titles } = await encodePictures(
        async (item, vector, thumbnail) => {
          const kept = gone.get(item.id);
          if (kept) fromThumbnails++;
          await writer.add(kept ?? item, vector, thumbnail);
        },
        { ...options, items: itemsOf(base, gone) },
      );
      if (done === 0) throw unreadable(dir, broken.length);
      const queries = await encodeTitles(encoder, titles);
      const canaries = await makeCanaries(encoder);
      const manifest = await writer.commit({
        broken: [...base.items.broken().values(), ...broken],
        ...{ canaries, ...(queries && { queries }) },
      });
      await prepareBackground(dir, encoder);
      return { fromThumbnails, manifest };
    } finally {
      await base.close();
    }
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** @param gone filled with what to keep of the items whose file is gone */
async function* itemsOf(
  { items, pack }: IndexBase,
  gone: Map<string, StoredItem>,
): AsyncGenerator<IndexItem> {
  for (const label of items.labels()) {
    const { item, thumbnail } = items.byLabel(label)!;
    const { id, title, fields, file } = item;
    if (file !== undefined && (!thumbnail || (await exists(file)))) {
      yield { id, title, fields, image: file };
      continue;
    }
    // Without hash and stamp: an update encodes the picture itself, once it is there again.
    gone.set(id, { id, title, fields, ...(file !== undefined && { file }) });
    yield { id, title, fields, image: thumbnail ? await pack.read(thumbnail) : new Uint8Array() };
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

function unreadable(dir: string, skipped: number): UserError {
  return new UserError(
    `None of the ${skipped} pictures of the index at ${dir} could be read, so it stays as it was; make it from their folder again: cliptune index build FOLDER --out ${dir}.`,
  );
}
