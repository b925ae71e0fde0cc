import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import { UserError } from "@cliptune/engine";

const pictureTypes = new Set([".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".tif", ".tiff"]);

export const isPicture = (name: string): boolean => pictureTypes.has(extname(name).toLowerCase());

/** What other programs leave in folders of pictures. */
const foreign = /^(\.|@eaDir$|node_modules$|__MACOSX$)/;

const splitNames = /^(train|training|test|testing|val|valid|validation|dev|eval)(?=$|[-_.])/;

/** "train" of "train", "train.csv" and "train-00000-of-00002.parquet"; undefined for other names. */
export const splitOf = (name: string): string | undefined => splitNames.exec(name)?.[1];

/** "red-sports_car.JPG" → "red sports car". */
export function titleOf(name: string): string {
  const stem = basename(name, extname(name));
  return stem.replace(/[-_+.\s]+/g, " ").trim() || stem;
}

export interface Listing {
  /** Names, in order. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A folder's files and folders, hidden ones and other programs' left out; links are followed. */
export async function listFolder(dir: string): Promise<Listing> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: unknown) => {
    throw readError(dir, error);
  });
  const files: string[] = [];
  const folders: string[] = [];
  for (const entry of entries) {
    if (foreign.test(entry.name)) continue;
    const kind = await kindOf(dir, entry);
    if (kind === "file") files.push(entry.name);
    if (kind === "folder") folders.push(entry.name);
  }
  return { files: files.sort(byName), folders: folders.sort(byName) };
}

async function kindOf(dir: string, entry: Dirent): Promise<"file" | "folder" | undefined> {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "folder";
  if (!entry.isSymbolicLink()) return undefined;
  const target = await stat(`${dir}/${entry.name}`).catch(() => undefined);
  if (target?.isFile()) return "file";
  return target?.isDirectory() ? "folder" : undefined;
}

/** Paths inside `dir` of the files that `wanted` takes, depth first, in order. */
export async function* walk(
  dir: string,
  wanted: (name: string) => boolean,
  { depth = 8, inside = "" }: { depth?: number; inside?: string } = {},
): AsyncGenerator<string> {
  const { files, folders } = await listFolder(`${dir}/${inside}`);
  for (const name of files) if (wanted(name)) yield `${inside}${name}`;
  if (depth === 0) return;
  for (const name of folders) {
    yield* walk(dir, wanted, { depth: depth - 1, inside: `${inside}${name}/` });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist; check the path",
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  ENOTDIR: "a part of its path is not a folder",
  EISDIR: "it is a folder, where a file must be",
};

/** A fault of the file system as one sentence; others pass unchanged. */
export function readError(path: string, error: unknown): unknown {
  const { code = "" } = error as NodeJS.ErrnoException;
  const reason = reasons[code];
  return reason ? new UserError(`Cannot read the data ${path}: ${reason} (${code}).`) : error;
}
