import { join } from "node:path";
import { verifyFile } from "./checksum.js";
import { createFlatIndex } from "./flat-index.js";
import { continueRows, type HeldRows, holdRows, viewOf } from "./held-rows.js";
import { checkHnswFile } from "./hnsw-file.js";
import { hnswAvailable } from "./hnsw-graph.js";
import { type ExactRules, loadHnswIndex } from "./hnsw-index.js";
import { openItems } from "./item-store.js";
import { openLanceIndex } from "./lance-index.js";
import { placeUri } from "./lance-place.js";
import { type Manifest, readManifest, versionDir } from "./manifest.js";
import { missingLabels } from "./missing-labels.js";
import type { OpenParts } from "./open-parts.js";
import { openTogether } from "./open-together.js";
import { assertSameModel } from "./same-model.js";
import { type SearchIndex, searchIndex } from "./search-index.js";
import { openPack } from "./thumbnail.js";
import type { VectorIndex } from "./vector-index.js";
import { appendedFiles, fileNames } from "./version-files.js";

export interface OpenOptions extends ExactRules {
  /** `encoder.fingerprint` of what will encode the queries; not checked unless given. */
  readonly fingerprint?: string;
  /** Another version that is open: rows that both have are in memory once. */
  readonly before?: SearchIndex;
}

/** Rows of the versions that are open. */
const held = new WeakMap<SearchIndex, HeldRows>();

/**
 * Opens an index for reading, after checking every file against the manifest: sizes and SHA-256 now,
 * each thumbnail's CRC when it is read (the pack is the one file that can be far too large to read).
 *
 * @throws UserError when a file is missing, damaged, foreign or newer, or when another model made it
 */
export async function openIndex(dir: string, options: OpenOptions = {}): Promise<SearchIndex> {
  let manifest = await readManifest(dir);
  for (;;) {
    try {
      return await openVersion(dir, manifest, options);
    } catch (error) {
      const now = await readManifest(dir);
      if (now.version === manifest.version) throw error;
      manifest = now; // a build replaced the index, and removed its files, while they were opened
    }
  }
}

async function openVersion(
  dir: string,
  manifest: Manifest,
  options: OpenOptions,
): Promise<SearchIndex> {
  assertSameModel(dir, manifest, options.fingerprint);
  const home = versionDir(dir, manifest.version);
  for (const [name, record] of Object.entries(manifest.files)) {
    await verifyFile(join(home, name), record, { mayGrow: appendedFiles.has(name) });
  }
  const { rows, ...parts } = await openParts(dir, manifest, options);
  const opened = searchIndex(parts);
  if (rows) held.set(opened, rows);
  return opened;
}

/** What a version holds open, and its rows where they are in memory. Its files must have been checked. */
export function openParts(
  dir: string,
  manifest: Manifest,
  options: OpenOptions = {},
): Promise<OpenParts & { readonly rows: HeldRows | undefined }> {
  const home = versionDir(dir, manifest.version);
  return openTogether(async (keep) => {
    const rows = manifest.lance ? undefined : await rowsOf(home, manifest, options);
    const index = keep(await openVectors(dir, manifest, { ...options, rows }));
    const thumbnails = keep(await openPack(join(home, fileNames.thumbnails)));
    const items = keep(openItems(join(home, fileNames.items)));
    if (!manifest.lance) await index.remove(missingLabels(items.labels(), manifest.rows));
    return { dir, manifest, index, items, thumbnails, rows };
  });
}

async function rowsOf(
  home: string,
  { rows, dimension, files }: Manifest,
  { before }: OpenOptions,
): Promise<HeldRows> {
  const path = join(home, fileNames.vectors);
  const known = before && held.get(before);
  const record = files[fileNames.vectors]!;
  const shared =
    known?.dimension === dimension ? await continueRows(known, path, { rows, record }) : undefined;
  return shared ?? holdRows(path, { rows, dimension });
}

async function openVectors(
  dir: string,
  manifest: Manifest,
  { rows, ...rules }: ExactRules & { readonly rows: HeldRows | undefined },
): Promise<VectorIndex> {
  const { dimension, distinct, hnsw, indexed, lance } = manifest;
  if (lance) {
    return openLanceIndex({ ...lance, uri: placeUri(dir, lance), dimension }, lance);
  }
  const home = versionDir(dir, manifest.version);
  const vectors = rows ? viewOf(rows) : new Float32Array(0);
  if (!hnsw || !hnswAvailable()) return createFlatIndex({ dimension, vectors });
  const path = join(home, fileNames.hnsw);
  await checkHnswFile(path, { dimension, count: distinct, m: hnsw.m });
  return loadHnswIndex(path, vectors, { ...rules, dimension, efSearch: hnsw.efSearch, indexed });
}
