import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { continueFile } from "./continue-file.js";
import { createSink } from "./create-sink.js";
import { explainWriteError, makeLastingDirectory } from "./durable.js";
import type { HnswParameters } from "./hnsw-graph.js";
import { continueItems, createItems, type ItemWriter } from "./item-store.js";
import { formatVersion, type Manifest, versionDir, writeManifest } from "./manifest.js";
import { openTogether } from "./open-together.js";
import { checkStore, type StoreChoice } from "./store-choice.js";
import { createPack, type PackWriter } from "./thumbnail.js";
import type { SinkEnd, VectorSink } from "./vector-sink.js";
import { fileNames, seal } from "./version-files.js";
import { currentVersion, newVersion, removeOtherVersions, removeVersion } from "./versions.js";
import { lockForWriting, type WriterLock } from "./writer-lock.js";

/** A version that is being written: nobody sees it before `commit`. */
export interface Draft {
  readonly items: ItemWriter;
  readonly pack: PackWriter;
  readonly vectors: VectorSink;
  /** Makes it the directory's index, in place of the one before. */
  commit(end: SinkEnd, facts: DraftFacts): Promise<Manifest>;
  /** Leaves the directory's index as it was. Does nothing after a commit. */
  abort(): Promise<void>;
}

export type DraftFacts = Pick<
  Manifest,
  "fingerprint" | "model" | "canaries" | "source" | "dimension" | "count" | "skipped"
>;

export interface DraftOptions extends StoreChoice {
  readonly dir: string;
  readonly dimension: number;
  readonly hnsw?: Partial<HnswParameters>;
  /** Rows from which on LanceDB's searches are approximate. */
  readonly trainFrom?: number;
  /** The version to go on from, with the labels that are removed in it already. */
  readonly base?: { readonly manifest: Manifest; readonly removed: readonly number[] };
}

/**
 * Makes this process the directory's writer; the directory is made if need be.
 *
 * @throws UserError when another process is writing there, or the directory can't be written
 */
export function lockDirectory(dir: string): Promise<WriterLock> {
  return explained(dir, async () => {
    await makeLastingDirectory(dir);
    const lock = lockForWriting(dir);
    try {
      await removeOtherVersions(dir, await currentVersion(dir));
      return lock;
    } catch (error) {
      lock.release();
      throw error;
    }
  });
}

/** Begins a version; the directory must be locked. */
export function beginDraft(options: DraftOptions): Promise<Draft> {
  const { dir } = options;
  return explained(dir, async () => {
    const version = newVersion(new Date());
    await makeLastingDirectory(join(dir, "versions"));
    const home = versionDir(dir, version);
    await makeLastingDirectory(home);
    try {
      return draft({ dir, version, home }, await openParts({ version, home }, options));
    } catch (error) {
      await removeVersion(dir, version);
      throw error;
    }
  });
}

type Parts = Pick<Draft, "items" | "pack" | "vectors">;

async function openParts(
  { version, home }: { version: string; home: string },
  options: DraftOptions,
): Promise<Parts> {
  const { base, ...given } = options;
  const { dir } = options;
  const sink = { ...given, ...checkStore(options), version, home };
  const itemsPath = join(home, fileNames.items);
  const packPath = join(home, fileNames.thumbnails);
  if (!base) {
    return openTogether(async (keep) => ({
      vectors: keep(await createSink(sink)),
      items: keep(createItems(itemsPath)),
      pack: keep(await createPack(packPath)),
    }));
  }
  const from = versionDir(dir, base.manifest.version);
  await copyFile(join(from, fileNames.items), itemsPath);
  await continueFile(join(from, fileNames.thumbnails), packPath);
  const packed = base.manifest.files[fileNames.thumbnails]!.bytes;
  return openTogether(async (keep) => ({
    vectors: keep(await createSink({ ...sink, base: { ...base, home: from } })),
    items: keep(continueItems(itemsPath)),
    pack: keep(await createPack(packPath, { from: packed })),
  }));
}

function draft(
  { dir, version, home }: { dir: string; version: string; home: string },
  { items, pack, vectors }: Parts,
): Draft {
  let open = true;
  const end = async () => {
    open = false;
    items.close();
    await pack.close();
    await vectors.close();
  };
  const abort = async () => {
    if (!open) return;
    await end();
    // A manifest may have gone out before its directory could be synced: then this is the index.
    if ((await currentVersion(dir)) === version) return;
    await removeVersion(dir, version);
  };
  const finish = async (sinkEnd: SinkEnd, facts: DraftFacts) => {
    items.commit();
    await pack.cut();
    const found = await vectors.finish(sinkEnd);
    const manifest: Manifest = {
      format: "cliptune-index",
      formatVersion,
      version,
      created: new Date().toISOString(),
      metric: "cosine",
      ...facts,
      ...found,
      files: await seal(home),
    };
    await writeManifest(dir, manifest);
    return manifest;
  };
  return {
    items,
    pack,
    vectors,
    async commit(sinkEnd, facts) {
      try {
        const manifest = await explained(dir, () => finish(sinkEnd, facts));
        await vectors.tidy?.().catch(() => undefined); // the next commit tries again
        await end();
        await removeOtherVersions(dir, version, { tables: false });
        return manifest;
      } catch (error) {
        await abort();
        throw error;
      }
    },
    abort,
  };
}

export async function explained<T>(dir: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    throw explainWriteError(error, dir);
  }
}
