import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeDirectory } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free some space and go on with --resume",
  EDQUOT: "the disk quota is used up; free some space and go on with --resume",
  EACCES: "permission is denied",
  EROFS: "the file system is read-only",
  ENOTDIR: "a part of its path is not a directory",
};

export const isMissing = (error: unknown): boolean =>
  (error as { code?: string }).code === "ENOENT";

/** A fault of the disk as a sentence; anything else unchanged. */
export function diskError(path: string, error: unknown): unknown {
  const reason = reasons[(error as { code?: string }).code ?? ""];
  return reason ? new UserError(`Cannot write ${path}: ${reason}.`) : error;
}

/** Makes renames inside a directory durable; Windows cannot, and need not, open one. */
async function syncDir(path: string): Promise<void> {
  const handle = await open(path).catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** Writes a file whole or not at all: a kill leaves the old one or the new one. */
export async function writeFileAtomically(path: string, content: string): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    const file = await open(temporary, "w");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncDir(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw diskError(path, error);
  }
}

/**
 * Fills a directory beside its place and renames it there. A fault removes the half-made one and
 * leaves what was there; the names of half-made ones start with a dot.
 */
export async function writeDirAtomically(
  parent: string,
  name: string,
  fill: (dir: string) => Promise<void>,
): Promise<void> {
  const [target, fresh, old] = [name, `.${name}.new`, `.${name}.old`].map((n) => join(parent, n));
  try {
    await rm(fresh!, { recursive: true, force: true });
    await makeDirectory(parent);
    await mkdir(fresh!);
    await fill(fresh!);
    await syncDir(fresh!);
    await rm(old!, { recursive: true, force: true });
    await rename(target!, old!).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
    await rename(fresh!, target!);
    await syncDir(parent);
    await rm(old!, { recursive: true, force: true });
  } catch (error) {
    await rm(fresh!, { recursive: true, force: true });
    throw diskError(target!, error);
  }
}
