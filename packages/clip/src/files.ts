import { access, type FileHandle, open, readFile } from "node:fs/promises";
import { UserError } from "@cliptune/engine";
import { replaceFile } from "./replace-file.js";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of its path is not a directory",
  ENOSPC: "the disk is full; free some space and try again",
  EROFS: "the file system is read-only",
  EDQUOT: "the disk quota is used up; free some space and try again",
};

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "";

/** The system's code for a fault, and what it means; the code itself where that is all there is. */
export function faultOf(error: unknown): { code: string; reason: string } {
  const code = codeOf(error);
  return { code, reason: reasons[code] ?? (code || String(error)) };
}

/** Turns a fault of the file system into a sentence; anything else passes unchanged. */
export function fileError(verb: string, path: string, error: unknown): unknown {
  const reason = reasons[codeOf(error)];
  return reason ? new UserError(`Cannot ${verb} ${path}: ${reason}.`) : error;
}

/** @throws UserError naming the file when it cannot be read or is not JSON */
export async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw fileError("read", path, error);
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${path} is not valid JSON: ${(error as Error).message}.`);
  }
}

/** Like `readJson`, but a file that does not exist is `undefined`. */
export async function readJsonIfPresent(path: string): Promise<unknown> {
  const handle = await open(path).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return undefined;
    throw fileError("read", path, error);
  });
  await handle?.close();
  return handle ? readJson(path) : undefined;
}

/** `replaceFile`, with the file system's faults as sentences. */
export async function writeAtomically(
  path: string,
  write: (file: FileHandle) => Promise<unknown>,
): Promise<void> {
  await replaceFile(path, write).catch((error: unknown) => {
    throw fileError("write", path, error);
  });
}

/** Two-space JSON with sorted keys, as PEFT and transformers write it. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeAtomically(path, (file) => file.writeFile(`${JSON.stringify(value, null, 2)}\n`));
}

export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
