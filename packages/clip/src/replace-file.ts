import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

let temporaries = 0;

/**
 * Writes a whole file or none: into a neighbour with a name of its own, flushed to the disk, then
 * renamed over `path`. A kill at any instant leaves the old file; a fault removes the neighbour, and
 * is thrown as the system says it, for the caller to word.
 */
export async function replaceFile(
  path: string,
  write: (file: FileHandle) => Promise<unknown>,
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${temporaries++}.tmp`);
  try {
    const file = await open(temporary, "wx");
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Makes renames inside a directory durable; Windows cannot open one, and does not need it. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path).catch(() => undefined);
  await directory?.sync().catch(() => undefined);
  await directory?.close();
}
