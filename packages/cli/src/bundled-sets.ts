import { access } from "node:fs/promises";
import { join, resolve } from "node:path";
import { materialise, type SetName, setNames } from "@cliptune/data";
import { openDataSet, unpackDataSet } from "@cliptune/datasets";
import { UserError } from "@cliptune/engine";
import { isDataAddress } from "@cliptune/hub";
import { hubData } from "./hub.js";

/** The name as one of the bundled sets', if it is one. */
export function bundledSet(name: string): SetName | undefined {
  return setNames.find((known) => known === name);
}

/**
 * Writes a bundled set under `dataDir`, if it isn't there yet.
 *
 * @returns the folder's absolute path
 * @throws UserError for a name that is no set's
 */
export async function bundledFolder(name: string, dataDir: string): Promise<string> {
  const set = bundledSet(name);
  if (!set) {
    throw new UserError(`There is no bundled set "${name}"; known sets: ${setNames.join(", ")}.`);
  }
  const { dir } = await materialise(set, join(resolve(dataDir), set));
  return dir;
}

/** The path of a data set that a person means: a bundled set by its name, one of the hub, or a path. */
export async function dataPath(data: string, dataDir: string): Promise<string> {
  if (bundledSet(data)) return bundledFolder(data, dataDir);
  if (isDataAddress(data)) return hubData(data);
  const path = resolve(data);
  if (data.includes("{")) return path; // a pattern of shards
  await access(path).catch(() => {
    throw new UserError(
      `There is no folder ${path}; give a folder of pictures or another data set, or one of the bundled sets: ${setNames.join(", ")}.`,
    );
  });
  return path;
}

/** As {@link dataPath}, and the pictures are files: shards and parquet are unpacked under `dataDir`, once. */
export async function dataFolder(data: string, dataDir: string): Promise<string> {
  return unpacked(await dataPath(data, dataDir), dataDir);
}

export async function unpacked(path: string, dataDir: string): Promise<string> {
  return unpackDataSet(await openDataSet(path), join(dataDir, "unpacked"));
}
