import { randomBytes } from "node:crypto";
import { access, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@cliptune/engine";
import { codeOf } from "./durable.js";
import { manifestPath, readManifest, versionDir } from "./manifest.js";

const versionName = /^\d{8}T\d{6}-[0-9a-f]{8}$/;

/** A name that no other build has, in the order of time. */
export function newVersion(now: Date): string {
  const time = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "");
  return `${time}-${randomBytes(4).toString("hex")}`;
}

/** Removes what killed builds and replaced indexes have left: every version but `keep`. */
export async function removeOtherVersions(dir: string, keep: string | undefined): Promise<void> {
  const names = await readdir(join(dir, "versions")).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  });
  for (const name of names) {
    if (name === keep || !versionName.test(name)) continue;
    // A reader on Windows may still hold a file of it open; the next build tries again.
    await rm(versionDir(dir, name), { recursive: true, force: true }).catch(() => undefined);
  }
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
