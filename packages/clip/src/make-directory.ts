import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { UserError } from "@cliptune/engine";
import { faultOf } from "./files.js";

/**
 * Makes a directory and those above it, if they are not there. Level by level: on a file system that
 * answers ENOENT to every mkdir, as procfs does, Node's own `recursive` never returns.
 *
 * @throws UserError naming the level that cannot be made
 */
export async function makeDirectory(path: string): Promise<void> {
  if (await isDirectory(path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeDirectory(parent);
  await mkdir(path).catch(async (error: unknown) => {
    if (await isDirectory(path)) return; // another process was first
    const { code, reason } = faultOf(error);
    throw new UserError(
      `Cannot make directory ${path} (${refusals[code] ?? reason}); give another --out.`,
      { cause: error },
    );
  });
}

/** What these mean where the directory above is there. */
const refusals: Readonly<Record<string, string>> = {
  ENOENT: "its file system takes no new directories",
  EEXIST: "a file is in its place",
};

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
