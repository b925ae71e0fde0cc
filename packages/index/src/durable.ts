import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { makeDirectory } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import { codeOf } from "./error-code.js";

/** Makes a file's bytes, or a directory's entries, survive a power cut. */
export async function syncToDisk(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } catch (error) {
    if (codeOf(error) !== "EPERM") throw error; // Windows has no handle to a directory
  } finally {
    await handle.close();
  }
}

/** Makes a directory that survives a power cut. */
export async function makeLastingDirectory(path: string): Promise<void> {
  await makeDirectory(path);
  await syncToDisk(dirname(path));
}

/** Turns a failed write into advice; other errors pass through. */
export function explainWriteError(error: unknown, dir: string): unknown {
  const code = codeOf(error);
  if (code === "ENOSPC" || code === "EDQUOT" || code === "SQLITE_FULL") {
    return new UserError(
      `The disk is full: the index could not be written to ${dir}; an index that was there before is unchanged. Free some space and build again.`,
      { cause: error },
    );
  }
  if (code === "EACCES" || code === "EROFS" || code === "ENOTDIR" || code === "EEXIST") {
    return new UserError(
      `Cannot write an index to ${dir} (${code}); it must be a directory that you may write to.`,
      { cause: error },
    );
  }
  return error;
}
