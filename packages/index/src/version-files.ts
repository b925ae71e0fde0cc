import { open } from "node:fs/promises";
import { join } from "node:path";
import { annRecall } from "./ann-recall.js";
import { type FileRecord, recordFile } from "./checksum.js";
import { syncToDisk } from "./durable.js";
import { checkHnswFile } from "./hnsw-file.js";
import type { HnswIndex } from "./hnsw-index.js";
import type { AnnRecall } from "./manifest.js";

/** The files of a version. `vectors.f32` holds rows of little-endian float32 and nothing else. */
export const fileNames = {
  vectors: "vectors.f32",
  hnsw: "vectors.hnsw",
  items: "items.sqlite",
  thumbnails: "thumbnails.pack",
} as const;

/** @param vectors `[n, D]` */
export async function writeVectors(home: string, vectors: Float32Array): Promise<void> {
  const file = await open(join(home, fileNames.vectors), "wx");
  try {
    await file.writeFile(new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength));
  } finally {
    await file.close();
  }
}

/** `[n, D]`; the file's size must have been checked. */
export async function readVectors(
  home: string,
  { count, dimension }: { readonly count: number; readonly dimension: number },
): Promise<Float32Array> {
  const vectors = new Float32Array(count * dimension);
  const bytes = new Uint8Array(vectors.buffer);
  const file = await open(join(home, fileNames.vectors), "r");
  try {
    const most = 1 << 30; // one read takes less than 2 GiB
    for (let offset = 0; offset < bytes.length; offset += most) {
      await file.read(bytes, offset, Math.min(most, bytes.length - offset), offset);
    }
  } finally {
    await file.close();
  }
  return vectors;
}

/**
 * Writes the HNSW file, and measures it against the exact store.
 *
 * @param queries `[n, D]` what to measure with, stored vectors unless given
 */
export async function writeGraph(
  home: string,
  index: HnswIndex,
  { m, queries }: { m: number; queries?: Float32Array | undefined },
): Promise<AnnRecall> {
  const { dimension, exact, distinct } = index;
  const path = join(home, fileNames.hnsw);
  index.save(path);
  await checkHnswFile(path, { dimension, count: distinct, m });
  const asked = queries ?? everyNth(exact.view(), { dimension, wanted: 100 });
  const k = Math.min(10, exact.count);
  return {
    k,
    value: await annRecall(index, { queries: asked, k }),
    sample: asked.length / dimension,
    queries: queries ? "titles" : "pictures",
  };
}

/** About `wanted` rows, evenly spread. */
export function everyNth(
  vectors: Float32Array,
  { dimension, wanted }: { dimension: number; wanted: number },
): Float32Array {
  const count = vectors.length / dimension;
  const chosen = Math.min(wanted, count);
  const picked = new Float32Array(chosen * dimension);
  for (let i = 0; i < chosen; i++) {
    const row = Math.floor((i * count) / chosen) * dimension;
    picked.set(vectors.subarray(row, row + dimension), i * dimension);
  }
  return picked;
}

/** Brings every file to the disk, then records what it must be when the index is opened. */
export async function seal(home: string, hasGraph: boolean): Promise<Record<string, FileRecord>> {
  const names = Object.values(fileNames).filter((name) => hasGraph || name !== fileNames.hnsw);
  const records: Record<string, FileRecord> = {};
  for (const name of names) {
    await syncToDisk(join(home, name));
    records[name] = await recordFile(join(home, name));
  }
  await syncToDisk(home);
  return records;
}
