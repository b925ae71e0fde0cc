import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@cliptune/engine";
import { syncToDisk } from "./durable.js";
import { createLanceIndex, type LanceIndex, openLanceIndex } from "./lance-index.js";
import { type LancePlace, placeUri, tableFolder, writePlace } from "./lance-place.js";
import { tuneLance } from "./lance-tune.js";
import type { Manifest } from "./manifest.js";
import { assertUnitRows } from "./unit-vector.js";
import type { SinkEnd, SinkFacts, VectorSink } from "./vector-sink.js";

export interface LanceSinkOptions {
  /** The index directory. */
  readonly dir: string;
  /** The new version's folder, and its name, which a new table gets. */
  readonly home: string;
  readonly version: string;
  readonly dimension: number;
  /** A folder or object storage; inside the index unless given. */
  readonly uri?: string;
  /** The version that this one goes on from. */
  readonly base?: { readonly manifest: Manifest };
  /** Rows from which on searches are made approximate, 10,000 unless given. */
  readonly trainFrom?: number;
}

/** Rows that may stay outside the inverted file: they are compared one by one. */
const longestTail = 2000;

/** Rows gathered before they are written: each writing makes a file. */
const slice = 4096;

/** How long readers of former versions may go on, in milliseconds. */
const grace = 3_600_000;

/**
 * A table of LanceDB. A new index gets a new one; an update goes on with the one there is, from the
 * state that the manifest names: what a killed update has written after it is undone.
 */
export async function createLanceSink(options: LanceSinkOptions): Promise<VectorSink> {
  const { dir, home, dimension, base } = options;
  const before = base?.manifest.lance;
  const place: LancePlace = before ?? { uri: options.uri ?? null, table: options.version };
  const { uri, table } = place;
  const at = { uri: placeUri(dir, place), table, dimension };
  await writePlace(home, { uri, table });
  const index = before
    ? await openLanceIndex({ ...at, writer: true }, before)
    : await createLanceIndex(at);
  const pending = new Float32Array(slice * dimension);
  let waiting = 0;
  const flush = async () => {
    const rows = pending.subarray(0, waiting * dimension);
    await explainedByLance(() => index.add(rows));
    waiting = 0;
  };
  return {
    get rows() {
      return index.rows + waiting;
    },
    async add(vector) {
      assertUnitRows("The index", vector, dimension);
      pending.set(vector, waiting * dimension);
      waiting++;
      if (waiting === slice) await flush();
    },
    async finish(end) {
      await flush();
      const facts = await explainedByLance(() => finish(index, options, end));
      const { tableVersion, rows } = await index.state();
      if (uri === null) await syncFolder(tableFolder(dir, place));
      return {
        ...{ store: "lancedb", rows, hnsw: null, distinct: index.count },
        ...{ indexed: facts.indexed, annRecall: facts.annRecall },
        lance: { uri, table, tableVersion, rows, search: facts.search },
      };
    },
    tidy: () => index.forgetBefore(new Date(Date.now() - grace)),
    close: () => index.close(),
  };
}

async function finish(
  index: LanceIndex,
  { base, trainFrom = 10_000 }: LanceSinkOptions,
  end: SinkEnd,
): Promise<Pick<SinkFacts, "indexed" | "annRecall"> & Pick<Manifest["lance"] & {}, "search">> {
  const before = base?.manifest;
  await index.remove(end.removed);
  if (before?.lance?.search && index.rows - before.indexed <= longestTail) {
    const { indexed, annRecall, lance } = before;
    return { indexed, annRecall, search: lance.search };
  }
  if (index.count < trainFrom) return { indexed: 0, annRecall: null, search: null };
  await index.train();
  return { indexed: index.rows, ...(await tuneLance(index, end)) };
}

/** LanceDB's errors have no codes. */
async function explainedByLance<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError || !(error instanceof Error)) throw error;
    const full = /no space left|os error 28/i.test(error.message);
    throw full ? Object.assign(new Error(error.message), { code: "ENOSPC" }) : error;
  }
}

/** Brings every file of a folder to the disk. */
async function syncFolder(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    await (entry.isDirectory() ? syncFolder(path) : syncToDisk(path));
  }
  await syncToDisk(folder);
}
