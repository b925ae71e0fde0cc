import { randomBytes } from "node:crypto";
import { access, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@cliptune/engine";
import { codeOf } from "./error-code.js";
import { dropTable, type LancePlace, readPlace } from "./lance-place.js";
import { manifestPath, readManifest, versionDir } from "./manifest.js";

const versionName = /^\d{8}T\d{6}-[0-9a-f]{8}$/;

/** A name that no other build has, in the order of time. */
export function newVersion(now: Date): string {
  const time = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "");
  return `${time}-${randomBytes(4).toString("hex")}`;
}

/**
 * Removes what killed builds and replaced indexes have left: every version but `keep`. Readers of a
 * removed version hold its files open, but not the tables of LanceDB: without `tables`, a version
 * with one of its own is left for the next time.
 */
export async function removeOtherVersions(
  dir: string,
  keep: string | undefined,
  { tables = true } = {},
): Promise<void> {
  const kept = keep === undefined ? undefined : await readPlace(versionDir(dir, keep));
  const names = await readdir(join(dir, "versions")).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  });
  for (const name of names) {
    if (name === keep || !versionName.test(name)) continue;
    const place = await readPlace(versionDir(dir, name));
    const own = place !== undefined && !samePlace(place, kept);
    if (own && !tables) continue;
    // A reader on Windows may still hold a file of it open; the next build tries again.
    await removeFiles(dir, name, own ? place : undefined).catch(() => undefined);
  }
}

/** Removes a version that never was the index, and its table unless the index uses it. */
export async function removeVersion(dir: string, version: string): Promise<void> {
  const place = await readPlace(versionDir(dir, version));
  const current = place && (await currentVersion(dir));
  const kept = current === undefined ? undefined : await readPlace(versionDir(dir, current));
  await removeFiles(dir, version, place && !samePlace(place, kept) ? place : undefined);
}

/** The folder goes last: as long as it is there, the table is known. */
async function removeFiles(
  dir: string,
  version: string,
  table: LancePlace | undefined,
): Promise<void> {
  if (table) await dropTable(dir, table);
  await rm(versionDir(dir, version), { recursive: true, force: true });
}

function samePlace(left: LancePlace, right: LancePlace | undefined): boolean {
  return left.uri === right?.uri && left.table === right.table;
}

/**
 * The version in use, none for a new or damaged index.
 *
 * @throws UserError when `dir` has a manifest.json that is somebody else's
 */
export async function currentVersion(dir: string): Promise<string | undefined> {
  const exists = (path: string) =>
    access(path).then(
      () => true,
      () => false,
    );
  if (!(await exists(manifestPath(dir)))) return undefined;
  try {
    return (await readManifest(dir)).version;
  } catch (error) {
    if (await exists(join(dir, "versions"))) return undefined; // ours, damaged: building mends it
    throw new UserError(
      `${manifestPath(dir)} exists and is no cliptune index's; choose another directory for the index.`,
      { cause: error },
    );
  }
}
