import {
  copyFile,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Repository } from "./repository.js";

/**
 * The layout that Hugging Face's own libraries share: contents once under `blobs/`, by checksum; `snapshots/COMMIT/`
 * with links to them under their names; `refs/BRANCH` with the commit a branch was at.
 *
 * @see https://huggingface.co/docs/huggingface_hub/guides/manage-cache
 */
export interface CacheFolder {
  readonly blobs: string;
  readonly refs: string;
  readonly snapshots: string;
}

export function cacheFolder(cacheDir: string, { type, name }: Repository): CacheFolder {
  const root = join(cacheDir, [`${type}s`, ...name.split("/")].join("--"));
  return {
    blobs: join(root, "blobs"),
    refs: join(root, "refs"),
    snapshots: join(root, "snapshots"),
  };
}

const isCommit = (revision: string): boolean => /^[0-9a-f]{40}$/.test(revision);

/** The folder of a revision that was pulled before, if it was. */
export async function cachedSnapshot(
  cacheDir: string,
  repository: Repository,
): Promise<string | undefined> {
  const { refs, snapshots } = cacheFolder(cacheDir, repository);
  const { revision } = repository;
  const commit = isCommit(revision)
    ? revision
    : (await readFile(join(refs, revision), "utf8").catch(() => "")).trim();
  if (commit === "") return undefined;
  const dir = join(snapshots, commit);
  const names = await readdir(dir).catch(() => []);
  return names.length > 0 ? dir : undefined;
}

/** The pull requests of a repository that were pulled: "refs/pr/3", … */
export async function cachedPullRequests(
  cacheDir: string,
  repository: Repository,
): Promise<string[]> {
  const { refs } = cacheFolder(cacheDir, repository);
  const names = await readdir(join(refs, "refs/pr")).catch(() => []);
  return names.sort().map((name) => `refs/pr/${name}`);
}

/** Puts a blob into a snapshot under its name: a relative link, a copy where links are not allowed. */
export async function linkBlob(blob: string, place: string): Promise<void> {
  await mkdir(dirname(place), { recursive: true });
  const target = relative(await realpath(dirname(place)), await realpath(blob));
  const beside = `${place}.${process.pid}.tmp`;
  await symlink(target, beside).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPERM" && error.code !== "ENOTSUP") throw error;
    await copyFile(blob, beside);
  });
  await rename(beside, place);
}

/** Notes where a branch is, once its snapshot is whole. */
export async function writeRef(
  folder: CacheFolder,
  revision: string,
  commit: string,
): Promise<void> {
  const path = join(folder.refs, revision);
  const beside = `${path}.${process.pid}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(beside, commit);
    await rename(beside, path);
  } finally {
    await rm(beside, { force: true });
  }
}
