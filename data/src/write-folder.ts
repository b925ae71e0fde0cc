import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, open, readdir, rename, rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { cannotMake, makeDirectory } from "./make-directory.js";
import type { Picture } from "./picture.js";
import { renderPng } from "./render.js";
import { UserError } from "./user-error.js";

const STAMP = ".cliptune-set.json";
/** Raised when the same pictures would be drawn differently. */
const RENDERING = 1;
/** Pictures in flight: enough to keep sharp's threads busy, few enough to bound memory. */
const IN_FLIGHT = Math.max(8, 2 * availableParallelism());

/** How a folder is written. */
export interface FolderOptions {
  readonly size: number;
  /** exact versions of what the pictures come from */
  readonly versions: readonly string[];
}

interface Stamp {
  readonly hash: string;
  readonly count: number;
}

/**
 * Writes `images/*.png` and `metadata.jsonl` to `dir`, all or nothing. A folder that already holds
 * exactly this is left alone; one made from other versions or options is replaced.
 *
 * @returns how many pictures the folder holds (all-white drawings are left out)
 * @throws UserError when `dir` has files that were not written by this function
 */
export async function writeFolder(
  dir: string,
  pictures: readonly Picture[],
  options: FolderOptions,
): Promise<{ dir: string; count: number }> {
  const target = resolve(dir);
  const hash = fingerprint(pictures, options);
  const present = readStamp(target);
  if (present?.hash === hash) return { dir: target, count: present.count };
  await refuseForeign(target, present);
  await sweep(target);
  await makeDirectory(dirname(target));
  const partial = await mkdtemp(`${target}.partial-${process.pid}-`).catch((error: unknown) => {
    throw cannotMake(target, error);
  });
  await chmod(partial, 0o755); // mkdtemp's folders are their owner's alone
  try {
    const count = await fill(partial, pictures, options.size);
    await writeSynced(join(partial, STAMP), `${JSON.stringify({ hash, count })}\n`);
    await swap(partial, target, hash);
    return { dir: target, count };
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

function fingerprint(pictures: readonly Picture[], { size, versions }: FolderOptions): string {
  const hash = createHash("sha256").update(JSON.stringify({ RENDERING, size, versions }));
  for (const { row } of pictures) hash.update(JSON.stringify(row));
  return hash.digest("hex");
}

function readStamp(dir: string): Stamp | undefined {
  const path = join(dir, STAMP);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Stamp) : undefined;
}

async function refuseForeign(dir: string, stamp: Stamp | undefined): Promise<void> {
  if (stamp !== undefined || !existsSync(dir)) return;
  const found = await readdir(dir);
  if (found.length === 0) return;
  throw new UserError(
    `${dir} holds files (${found.slice(0, 3).join(", ")}) that are not of a bundled set; name an empty or new folder.`,
  );
}

/** Removes what killed processes left half-made beside `dir`; those that still run keep theirs. */
async function sweep(dir: string): Promise<void> {
  const prefix = `${basename(dir)}.partial-`;
  const siblings = existsSync(dirname(dir)) ? await readdir(dirname(dir)) : [];
  for (const name of siblings.filter((sibling) => sibling.startsWith(prefix))) {
    const pid = Number.parseInt(name.slice(prefix.length), 10);
    if (isRunning(pid)) continue;
    await rm(join(dirname(dir), name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function fill(dir: string, pictures: readonly Picture[], size: number): Promise<number> {
  await mkdir(join(dir, "images"));
  const drawn = new Array<boolean>(pictures.length).fill(false);
  let next = 0;
  const worker = async () => {
    while (next < pictures.length) {
      const i = next++;
      const { art, row } = pictures[i] as Picture;
      const png = await renderPng(art, size);
      if (png === undefined) continue;
      await writeFile(join(dir, row.file_name), png);
      drawn[i] = true;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  const rows = pictures.filter((_, i) => drawn[i]).map(({ row }) => `${JSON.stringify(row)}\n`);
  await writeSynced(join(dir, "metadata.jsonl"), rows.join(""));
  return rows.length;
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Puts the finished folder in the target's place; when another process was first with the same, theirs stays. */
async function swap(partial: string, target: string, hash: string): Promise<void> {
  if (readStamp(target)?.hash === hash) return;
  const old = `${partial}.old`;
  if (existsSync(target)) await rename(target, old);
  try {
    await rename(partial, target);
  } catch (error) {
    if (readStamp(target)?.hash !== hash) throw error;
  }
  await rm(old, { recursive: true, force: true });
}
