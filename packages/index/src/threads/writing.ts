import type { BuildOptions } from "../build-index.js";
import type { ExportOptions } from "../interop/export-index.js";
import type { ImportOptions, ImportReport } from "../interop/import-index.js";
import type { Manifest } from "../manifest.js";
import type { ReindexOptions, ReindexReport } from "../reindex.js";
import type { UpdateOptions, UpdateReport } from "../update-index.js";
import { lendEncoder, lendItems, lendListeners } from "./lent-work.js";
import { writingThread } from "./shared-thread.js";

/**
 * Decodes, encodes and indexes pictures. The directory holds the index it held before, untouched,
 * until the new one is complete on disk. All of it runs on another thread, but giving the items and encoding.
 *
 * @throws UserError when there is nothing to index, an id comes twice, another process is writing
 * there or the disk is full; the signal's reason when aborted
 */
export async function buildIndex({ items, encoder, ...options }: BuildOptions): Promise<Manifest> {
  const expected = options.expected ?? (Array.isArray(items) ? items.length : undefined);
  const known = { ...options, ...(expected !== undefined && { expected }) };
  return withItems(items, (nextItems) =>
    writingThread.use((thread) =>
      thread.call("buildIndex", { ...lendListeners(known), nextItems }, lendEncoder(encoder)),
    ),
  );
}

/**
 * Makes an index hold these items and no others, encoding only what is new or changed. Until all is
 * done the index is as it was; with nothing to do it stays the same version. All of it runs on another thread, but
 * giving the items and encoding.
 *
 * @throws UserError when another model made the index, it is damaged, another process is writing
 * there, or the disk is full; the signal's reason when aborted
 */
export async function updateIndex({
  items,
  encoder,
  ...options
}: UpdateOptions): Promise<UpdateReport> {
  return withItems(items, (nextItems) =>
    writingThread.use((thread) =>
      thread.call("updateIndex", { ...lendListeners(options), nextItems }, lendEncoder(encoder)),
    ),
  );
}

/**
 * Encodes the pictures of an index anew, with another model, in the same store unless another is given: each from
 * the place where it was found or, where that is gone, from its thumbnail. Titles and fields stay. The directory
 * holds the index it held before until the new one is complete; readers that have it open go on.
 *
 * @throws UserError when the index is damaged, another process is writing there, the disk is full or
 * no picture can be read; the signal's reason when aborted
 */
export function reindex({ encoder, ...options }: ReindexOptions): Promise<ReindexReport> {
  return writingThread.use((thread) =>
    thread.call("reindex", lendListeners(options), lendEncoder(encoder)),
  );
}

/**
 * Makes an index of embeddings that were made elsewhere. Where a row names a picture's file that is
 * there, its thumbnail and its content's hash are kept too, so that updates go on from it.
 *
 * @throws UserError when the folder's parts don't fit together, or the vectors are not the model's
 */
export function importIndex({ model, ...options }: ImportOptions): Promise<ImportReport> {
  const { encoder, ...facts } = model ?? {};
  const lent = { ...lendListeners(options), ...(model && { model: facts as typeof model }) };
  return writingThread.use((thread) =>
    thread.call("importIndex", lent, encoder && lendEncoder(encoder)),
  );
}

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
export function exportIndex({ encodeTexts, ...options }: ExportOptions): Promise<number> {
  const lent = { ...lendListeners(options), ...(encodeTexts && { encodeTexts }) };
  return writingThread.use((thread) => thread.call("exportIndex", lent));
}

/** Their source is told when no more are wanted. */
async function withItems<T>(
  items: BuildOptions["items"],
  work: (nextItems: ReturnType<typeof lendItems>["nextItems"]) => Promise<T>,
): Promise<T> {
  const { nextItems, end } = lendItems(items);
  try {
    return await work(nextItems);
  } finally {
    await end();
  }
}
