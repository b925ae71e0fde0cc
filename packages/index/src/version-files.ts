import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type FileRecord, recordFile } from "./checksum.js";
import { syncToDisk } from "./durable.js";

/** The files of a version. `vectors.f32` holds rows of little-endian float32 and nothing else. */
export const fileNames = {
  vectors: "vectors.f32",
  hnsw: "vectors.hnsw",
  /** Which table of LanceDB holds the vectors, in place of the two above. */
  lance: "lance.json",
  items: "items.sqlite",
  thumbnails: "thumbnails.pack",
} as const;

/** Files that versions share, and the newest appends to. */
export const appendedFiles: ReadonlySet<string> = new Set([
  fileNames.vectors,
  fileNames.thumbnails,
]);

/** Brings every file to the disk, then records what it must be when the index is opened. */
export async function seal(home: string): Promise<Record<string, FileRecord>> {
  const there = new Set(await readdir(home));
  const records: Record<string, FileRecord> = {};
  for (const name of Object.values(fileNames).filter((each) => there.has(each))) {
    const path = join(home, name);
    await syncToDisk(path);
    records[name] =
      name === fileNames.thumbnails
        ? { bytes: (await stat(path)).size, sha256: null }
        : await recordFile(path);
  }
  await syncToDisk(home);
  return records;
}
