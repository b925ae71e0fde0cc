import { join } from "node:path";
import { verifyFile } from "./checksum.js";
import { createFlatIndex } from "./flat-index.js";
import { checkHnswFile } from "./hnsw-file.js";
import { hnswAvailable } from "./hnsw-graph.js";
import { type ExactRules, loadHnswIndex } from "./hnsw-index.js";
import { openItems } from "./item-store.js";
import { openLanceIndex } from "./lance-index.js";
import { placeUri } from "./lance-place.js";
import { type Manifest, readManifest, versionDir } from "./manifest.js";
import { missingLabels } from "./missing-labels.js";
import { openTogether } from "./open-together.js";
import { assertSameModel } from "./same-model.js";
import { type SearchIndex, searchIndex } from "./search-index.js";
import { openPack } from "./thumbnail.js";
import type { VectorIndex } from "./vector-index.js";
import { appendedFiles, fileNames, readVectors } from "./version-files.js";

export interface OpenOptions extends ExactRules {
  /** `encoder.fingerprint` of what will encode the queries; not checked unless given. */
  readonly fingerprint?: string;
}

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
  return openTogether(async (keep) => {
    const index = keep(await openVectors(dir, manifest, options));
    const thumbnails = keep(await openPack(join(home, fileNames.thumbnails)));
    const items = keep(openItems(join(home, fileNames.items)));
    if (!manifest.lance) await index.remove(missingLabels(items.labels(), manifest.rows));
    return searchIndex({ manifest, index, items, thumbnails });
  });
}

async function openVectors(
  dir: string,
  manifest: Manifest,
  rules: ExactRules,
): Promise<VectorIndex> {
  const { dimension, distinct, hnsw, indexed, lance } = manifest;
  if (lance) {
    return openLanceIndex({ ...lance, uri: placeUri(dir, lance), dimension }, lance);
  }
  const home = versionDir(dir, manifest.version);
  const vectors = await readVectors(home, manifest);
  if (!hnsw || !hnswAvailable()) return createFlatIndex({ dimension, vectors });
  const path = join(home, fileNames.hnsw);
  await checkHnswFile(path, { dimension, count: distinct, m: hnsw.m });
  return loadHnswIndex(path, vectors, { ...rules, dimension, efSearch: hnsw.efSearch, indexed });
}
