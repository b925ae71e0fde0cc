import { access } from "node:fs/promises";
import { join, resolve } from "node:path";
import { materialise, type SetName, setNames } from "@cliptune/data";
import { UserError } from "@cliptune/engine";

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

/** The folder that a person means: a bundled set by its name, or a path. */
export async function dataFolder(data: string, dataDir: string): Promise<string> {
  if (bundledSet(data)) return bundledFolder(data, dataDir);
  const dir = resolve(data);
  const found = await access(dir).then(
    () => true,
    () => false,
  );
  if (!found) {
    throw new UserError(
      `There is no folder ${dir}; give a folder of pictures, or one of the bundled sets: ${setNames.join(", ")}.`,
    );
  }
  return dir;
}
