import { rm } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@cliptune/engine";
import { explainWriteError, makeLastingDirectory } from "./durable.js";
import { createFlatIndex, type FlatIndex } from "./flat-index.js";
import { defaultHnsw, type HnswParameters, hnswAvailable } from "./hnsw-graph.js";
import { createHnswIndex, type HnswIndex } from "./hnsw-index.js";
import { createItems, type ItemWriter, type StoredItem } from "./item-store.js";
import { formatVersion, type Manifest, versionDir, writeManifest } from "./manifest.js";
import { anchorReference, type ModelReference } from "./model-reference.js";
import { createPack, type PackWriter } from "./thumbnail.js";
import { fileNames, seal, writeGraph, writeVectors } from "./version-files.js";
import { currentVersion, newVersion, removeOtherVersions } from "./versions.js";
import { lockForWriting, type WriterLock } from "./writer-lock.js";

export interface WriterOptions {
  readonly dir: string;
  readonly dimension: number;
  /** Of what made the vectors; opening the index with another one is refused. */
  readonly fingerprint: string;
  readonly model?: ModelReference;
  readonly source?: string;
  readonly hnsw?: Partial<HnswParameters>;
}

export interface IndexWriter {
  readonly count: number;
  /**
   * @param vector `[D]` unit norm
   * @param thumbnail WebP
   */
  add(item: StoredItem, vector: Float32Array, thumbnail?: Uint8Array): Promise<void>;
  /** Makes what was added the directory's index, in place of the one before. */
  commit(facts?: CommitFacts): Promise<Manifest>;
  /** Leaves the directory's index as it was. Does nothing after a commit. */
  abort(): Promise<void>;
}

export interface CommitFacts {
  readonly skipped?: number;
  /** `[n, D]` unit-norm queries like those to come, to measure recall with; else stored vectors. */
  readonly queries?: Float32Array;
}

/** What one build holds open. */
interface Draft {
  readonly dir: string;
  readonly version: string;
  readonly lock: WriterLock;
  readonly items: ItemWriter;
  readonly pack: PackWriter;
  readonly vectors: HnswIndex | FlatIndex;
  readonly ids: Set<string>;
}

/**
 * Writes a new version of an index beside the one in use. Only `commit` makes it visible, by
 * replacing manifest.json; a process killed before that leaves the old index untouched.
 *
 * @throws UserError when another process is writing there, or the directory can't be written
 */
export async function createIndexWriter(options: WriterOptions): Promise<IndexWriter> {
  const draft = await explained(options.dir, () => begin(options));
  const { vectors, ids } = draft;
  let open = true;
  const end = async () => {
    open = false;
    draft.items.close();
    await draft.pack.close();
    draft.lock.release();
  };
  const abort = async () => {
    if (!open) return;
    await end();
    // A manifest may have gone out before its directory could be synced: then this is the index.
    if ((await currentVersion(draft.dir)) === draft.version) return;
    await rm(versionDir(draft.dir, draft.version), { recursive: true, force: true });
  };
  return {
    get count() {
      return vectors.count;
    },
    async add(item, vector, thumbnail) {
      if (ids.has(item.id)) {
        throw new UserError(`Two items have the id "${item.id}"; each needs its own.`);
      }
      const label = vectors.count;
      await vectors.add(vector);
      ids.add(item.id);
      await explained(draft.dir, async () => {
        const place = thumbnail && (await draft.pack.add(thumbnail));
        const row = { label, item };
        draft.items.add(place ? { ...row, thumbnail: place } : row);
      });
    },
    async commit(facts = {}) {
      try {
        const manifest = await explained(draft.dir, () => finish(draft, options, facts));
        await removeOtherVersions(draft.dir, draft.version);
        await end();
        return manifest;
      } catch (error) {
        await abort();
        throw error;
      }
    },
    abort,
  };
}

async function begin(options: WriterOptions): Promise<Draft> {
  const { dir, dimension } = options;
  await makeLastingDirectory(dir);
  const lock = lockForWriting(dir);
  try {
    await removeOtherVersions(dir, await currentVersion(dir));
    const version = newVersion(new Date());
    await makeLastingDirectory(join(dir, "versions"));
    const home = versionDir(dir, version);
    await makeLastingDirectory(home);
    const parameters = options.hnsw ?? {};
    const vectors = hnswAvailable()
      ? createHnswIndex({ dimension, parameters, exactBelow: 0, exactShare: 1 })
      : createFlatIndex({ dimension });
    const items = createItems(join(home, fileNames.items));
    const pack = await createPack(join(home, fileNames.thumbnails));
    return { dir, version, lock, items, pack, vectors, ids: new Set() };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function finish(draft: Draft, options: WriterOptions, facts: CommitFacts): Promise<Manifest> {
  const { dir, version, vectors } = draft;
  const { count, dimension } = vectors;
  if (count === 0) throw new UserError(`There is nothing to index: no item was added to ${dir}.`);
  const home = versionDir(dir, version);
  draft.items.commit();
  await draft.pack.close();
  const graph = isGraph(vectors) ? vectors : undefined;
  await writeVectors(home, (isGraph(vectors) ? vectors.exact : vectors).view());
  const hnsw = graph ? { ...defaultHnsw, ...options.hnsw } : null;
  const recall =
    graph && hnsw && (await writeGraph(home, graph, { m: hnsw.m, queries: facts.queries }));
  const manifest: Manifest = {
    format: "cliptune-index",
    formatVersion,
    version,
    created: new Date().toISOString(),
    fingerprint: options.fingerprint,
    model: options.model ? anchorReference(dir, options.model) : null,
    source: options.source ?? null,
    dimension,
    metric: "cosine",
    count,
    distinct: graph?.distinct ?? count,
    skipped: facts.skipped ?? 0,
    hnsw,
    annRecall: recall ?? null,
    files: await seal(home, hnsw !== null),
  };
  await writeManifest(dir, manifest);
  return manifest;
}

function isGraph(vectors: HnswIndex | FlatIndex): vectors is HnswIndex {
  return "exact" in vectors;
}

async function explained<T>(dir: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    throw explainWriteError(error, dir);
  }
}
