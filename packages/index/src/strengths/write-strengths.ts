import { type FileHandle, open, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Encoder, makeDirectory, type Preprocessing, preprocessImage } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import { explainWriteError, syncToDisk } from "../durable.js";
import { inOrder } from "../in-order.js";
import type { StoredItem } from "../item-store.js";
import { anchorReference, type ModelReference } from "../model-reference.js";
import { openTogether } from "../open-together.js";
import type { SearchIndex } from "../search-index.js";
import { openIndex } from "../threads/open-index.js";
import {
  idsName,
  manifestName,
  type StrengthRecall,
  type StrengthsManifest,
  strengthsDir,
  strengthsHome,
  vectorsName,
} from "./strengths-files.js";

export interface StrengthsOptions {
  /** An index directory; the index itself is not changed. */
  readonly dir: string;
  /** A model with an adapter. Its strength is changed. */
  readonly encoder: Encoder;
  readonly preprocessing: Preprocessing;
  /** Where the model and its adapter are. */
  readonly model: ModelReference;
  /** Multipliers of the adapter's effect; 0, the base, is always among them. */
  readonly strengths: readonly number[];
  /** What each strength finds, to be shown beside. */
  readonly recall?: readonly StrengthRecall[];
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
}

/**
 * Encodes an index's pictures at several strengths of an adapter: `strengths/<version>/` beside the
 * index holds them, and replaces at once what was there. Pictures are decoded once.
 *
 * @throws UserError when there is no index, or the disk is full; the signal's reason when aborted
 */
export async function writeStrengths(options: StrengthsOptions): Promise<StrengthsManifest> {
  const { dir, encoder } = options;
  const strengths = [...new Set([0, ...options.strengths])].sort((a, b) => a - b);
  const index = await openIndex(dir);
  const home = strengthsHome(dir, index.manifest.version);
  const draft = `${home}.${process.pid}.tmp`;
  try {
    await makeDirectory(draft);
    const { ids, fromThumbnails } = await encodeAll(index, { ...options, strengths }, draft);
    const fingerprints = strengths.map((strength) => {
      encoder.setStrength(strength);
      return encoder.fingerprint;
    });
    const manifest: StrengthsManifest = {
      format: "cliptune-strengths",
      formatVersion: 1,
      version: index.manifest.version,
      model: anchorReference(dir, options.model),
      dimension: encoder.dimension,
      count: ids.length,
      strengths,
      fingerprints,
      fromThumbnails,
      recall: options.recall ?? [],
    };
    await writeSynced(join(draft, idsName), JSON.stringify(ids));
    await writeSynced(join(draft, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
    await rm(home, { recursive: true, force: true });
    await rename(draft, home);
    await syncToDisk(strengthsDir(dir));
    await removeOthers(dir, index.manifest.version);
    return manifest;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw explainWriteError(error, strengthsDir(dir));
  } finally {
    await index.close();
  }
}

interface Decoded {
  readonly id: string;
  /** `[S, S, 3]` */
  readonly pixels: Uint8Array;
  readonly fromThumbnail: boolean;
}

async function encodeAll(
  index: SearchIndex,
  options: StrengthsOptions,
  draft: string,
): Promise<{ ids: string[]; fromThumbnails: number }> {
  const { encoder, strengths, preprocessing, batchSize = 32, signal } = options;
  const files = await openAll(strengths.map((strength) => join(draft, vectorsName(strength))));
  const ids: string[] = [];
  let fromThumbnails = 0;
  let batch: Decoded[] = [];
  const encodeBatch = async () => {
    const pixels = Buffer.concat(batch.map((one) => one.pixels)); // [n, S, S, 3]
    for (const [i, strength] of strengths.entries()) {
      encoder.setStrength(strength);
      const vectors = await encoder.encodeImages(pixels, batch.length);
      await files[i]!.writeFile(
        new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength),
      );
    }
    ids.push(...batch.map(({ id }) => id));
    fromThumbnails += batch.filter((one) => one.fromThumbnail).length;
    batch = [];
    options.onProgress?.(ids.length, index.manifest.count);
  };
  try {
    const decode = (item: StoredItem) => decodeItem(item, index, preprocessing);
    for await (const decoded of inOrder(itemsOf(index), decode, { ahead: batchSize })) {
      signal?.throwIfAborted();
      if (batch.push(decoded) === batchSize) await encodeBatch();
    }
    if (batch.length > 0) await encodeBatch();
    for (const file of files) await file.sync();
  } finally {
    for (const file of files) await file.close();
  }
  return { ids, fromThumbnails };
}

/** Items read at a time. */
const slice = 1000;

async function* itemsOf(index: SearchIndex): AsyncGenerator<StoredItem> {
  const { count } = index.manifest;
  for (let offset = 0; offset < count; offset += slice) {
    yield* await index.items({ offset, limit: slice });
  }
}

/** The picture's file, where it still can be read, or else its thumbnail. */
async function decodeItem(
  { id, file }: StoredItem,
  index: SearchIndex,
  preprocessing: Preprocessing,
): Promise<Decoded> {
  if (file !== undefined) {
    const pixels = await preprocessImage(file, preprocessing).catch(() => undefined);
    if (pixels) return { id, pixels, fromThumbnail: false };
  }
  const thumbnail = await index.thumbnail(id);
  if (!thumbnail) throw new UserError(`Item "${id}" has neither a file nor a thumbnail to encode.`);
  return { id, pixels: await preprocessImage(thumbnail, preprocessing), fromThumbnail: true };
}

async function openAll(paths: readonly string[]): Promise<FileHandle[]> {
  return openTogether(async (keep) => {
    const files: FileHandle[] = [];
    for (const path of paths) files.push(keep(await open(path, "wx")));
    return files;
  });
}

async function writeSynced(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: "wx" });
  await syncToDisk(path);
}

/** What former versions and killed processes have left. */
async function removeOthers(dir: string, keep: string): Promise<void> {
  for (const name of await readdir(strengthsDir(dir))) {
    if (name !== keep) await rm(join(strengthsDir(dir), name), { recursive: true, force: true });
  }
}
