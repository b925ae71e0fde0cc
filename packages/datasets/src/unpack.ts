import { createHash } from "node:crypto";
import { access, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { DataSet } from "./pair.js";
import { writeImageFolder } from "./write-image-folder.js";

/**
 * A set whose pictures are files, to be read in any order, as training does: the set itself, or for shards and parquet
 * an imagefolder of them under `dir`, written once for each state of the files.
 *
 * @returns the path to open
 * @throws UserError as the set's reader
 */
export async function unpackDataSet(set: DataSet, dir: string): Promise<string> {
  if (set.kind !== "webdataset" && set.kind !== "parquet") return set.path;
  const hash = createHash("sha256");
  for (const file of set.files) {
    const { size, mtimeMs } = await stat(file);
    hash.update(`${file}\0${size}\0${mtimeMs}\0`);
  }
  const name = `${basename(set.path).replace(/[^\w.-]+/g, "-")}-${hash.digest("hex").slice(0, 12)}`;
  const folder = join(resolve(dir), name);
  const there = await access(join(folder, "metadata.jsonl")).then(
    () => true,
    () => false,
  );
  if (!there) await writeImageFolder(folder, set.pairs());
  return folder;
}
