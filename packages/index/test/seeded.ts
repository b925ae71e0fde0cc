import {
  createIndexWriter,
  type OpenOptions,
  openIndex,
  type SearchIndex,
  type WriterOptions,
} from "@cliptune/index";
import { onTestFinished } from "vitest";
import { temporaryDir } from "../../../test/repository/temporary-dir.js";

/** Numbers from -1 to 1 that only depend on the seed (mulberry32). */
export function seededNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

/** `[n, D]` unit rows. */
export function unitRows(n: number, dimension: number, seed = 1): Float32Array {
  const next = seededNumbers(seed);
  const rows = Float32Array.from({ length: n * dimension }, next);
  for (let i = 0; i < n; i++) {
    const row = rows.subarray(i * dimension, (i + 1) * dimension);
    const norm = Math.hypot(...row);
    for (let j = 0; j < dimension; j++) row[j]! /= norm;
  }
  return rows;
}

export { temporaryDir };

/** An index of `n` seeded vectors whose thumbnails are their own titles. */
export async function writeSeededIndex(
  dir: string,
  n: number,
  options: Partial<WriterOptions> = {},
): Promise<Float32Array> {
  const dimension = options.dimension ?? 16;
  const rows = unitRows(n, dimension);
  const writer = await createIndexWriter({ dir, dimension, fingerprint: "model-a", ...options });
  for (let i = 0; i < n; i++) {
    const item = { id: `id-${i}`, title: `picture ${i}`, fields: { rank: i, kind: "seeded" } };
    const vector = rows.subarray(i * dimension, (i + 1) * dimension);
    await writer.add(item, vector, new TextEncoder().encode(item.title));
  }
  await writer.commit();
  return rows;
}

/** `openIndex`, closed when the test ends. */
export async function opened(dir: string, options: OpenOptions = {}): Promise<SearchIndex> {
  const index = await openIndex(dir, options);
  onTestFinished(() => index.close());
  return index;
}
