import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeDirectory, replaceFile, syncDirectory } from "@cliptune/clip";
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

/** Writes a file whole or not at all: a kill leaves the old one or the new one. */
export async function writeFileAtomically(path: string, content: string): Promise<void> {
  await replaceFile(path, (file) => file.writeFile(content)).catch((error: unknown) => {
    throw diskError(path, error);
  });
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
    await syncDirectory(fresh!);
    await rm(old!, { recursive: true, force: true });
    await rename(target!, old!).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
    await rename(fresh!, target!);
    await syncDirectory(parent);
    await rm(old!, { recursive: true, force: true });
  } catch (error) {
    await rm(fresh!, { recursive: true, force: true });
    throw diskError(target!, error);
  }
}

/** Removes a directory so that a kill leaves it whole or under a name that starts with a dot. */
export async function removeDirAtomically(parent: string, name: string): Promise<void> {
  const old = join(parent, `.${name}.old`);
  await rm(old, { recursive: true, force: true });
  await rename(join(parent, name), old);
  await rm(old, { recursive: true });
}
