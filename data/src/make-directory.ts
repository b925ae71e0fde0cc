import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { UserError } from "./user-error.js";

/**
 * Makes a directory and those above it, level by level: Node's own `recursive` never returns on a file
 * system that answers ENOENT to every mkdir, as procfs does.
 *
 * @throws UserError naming the level that cannot be made
 */
export async function makeDirectory(path: string): Promise<void> {
  if (await isDirectory(path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeDirectory(parent);
  await mkdir(path).catch(async (error: unknown) => {
    if (!(await isDirectory(path))) throw cannotMake(path, error);
  });
}

/** A directory that the system refuses to make, as a sentence. */
export function cannotMake(path: string, error: unknown): UserError {
  const { code = String(error) } = error as NodeJS.ErrnoException;
  return new UserError(
    `Cannot make directory ${path} (${reasons[code] ?? code}); give another --out.`,
    { cause: error },
  );
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "its file system takes no new directories",
  EEXIST: "a file is in its place",
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full; free some space and try again",
};

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
