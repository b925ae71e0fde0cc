import { join } from "node:path";
import { UserError } from "@cliptune/engine";
import { datasetInfo, listFiles, modelInfo } from "@huggingface/hub";
import { cacheFolder, linkBlob, writeRef } from "./cache.js";
import { endpointOf, type HubOptions, hubError, patientFetch } from "./connection.js";
import { download, type RemoteFile } from "./download.js";
import { describe, type Repository } from "./repository.js";

export interface Pulled {
  /** The snapshot: files under their names. */
  readonly dir: string;
  readonly commit: string;
  /** Bytes of all its files. */
  readonly bytes: number;
  readonly files: readonly string[];
}

/** A repository at one commit. */
export interface Listing {
  readonly commit: string;
  readonly files: readonly RemoteFile[];
}

const access = (options: HubOptions) => ({
  hubUrl: endpointOf(options),
  fetch: patientFetch(options),
  ...(options.token === undefined ? {} : { accessToken: options.token }),
});

/** What a revision holds. @throws UserError when the hub has none, or does not give it */
export async function listRepository(
  repository: Repository,
  options: HubOptions,
): Promise<Listing> {
  const { type, name, revision } = repository;
  try {
    const query = { name, revision, additionalFields: ["sha" as const], ...access(options) };
    const { sha } = type === "model" ? await modelInfo(query) : await datasetInfo(query);
    if (sha === undefined)
      throw new UserError(
        `${endpointOf(options)} does not say which commit ${describe(repository)} is at.`,
      );
    const files: RemoteFile[] = [];
    const entries = listFiles({
      repo: { type, name },
      recursive: true,
      revision: sha,
      ...access(options),
    });
    for await (const { type: kind, path, size, oid, lfs } of entries) {
      if (kind !== "file" || !safe(path)) continue;
      const checksum = lfs?.oid ?? oid;
      if (checksum === undefined || !/^[0-9a-f]{40,64}$/.test(checksum)) continue;
      files.push({ path, size: lfs?.size ?? size, checksum, large: lfs !== undefined });
    }
    return { commit: sha, files };
  } catch (error) {
    throw hubError(error, repository, options);
  }
}

/** A name from the hub becomes a path here: it must stay inside. */
const safe = (path: string): boolean =>
  !path.startsWith("/") &&
  !/[\0\\]/.test(path) &&
  path.split("/").every((part) => part !== ".." && part !== "");

/**
 * Brings files of a commit into the cache, those that are not there yet, and notes the branch once all are.
 *
 * @param wanted in the order in which they are fetched
 */
export async function pullFiles(
  repository: Repository,
  { commit }: Listing,
  wanted: readonly RemoteFile[],
  options: HubOptions,
): Promise<Pulled> {
  const folder = cacheFolder(options.cacheDir, repository);
  const dir = join(folder.snapshots, commit);
  const total = wanted.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  try {
    for (const file of wanted) {
      options.signal?.throwIfAborted();
      const onBytes = (count: number) => {
        done += count;
        options.onProgress?.({ file: file.path, done, total });
      };
      const blob = await download(
        { repository, commit, file, blobs: folder.blobs, onBytes },
        options,
      );
      await linkBlob(blob, join(dir, file.path));
    }
    await writeRef(folder, repository.revision, commit);
  } catch (error) {
    throw hubError(error, repository, options);
  }
  return { dir, commit, bytes: total, files: wanted.map(({ path }) => path) };
}

/** @throws UserError: what is wanted was never pulled, and may not be now */
export function notCached(repository: Repository, { cacheDir }: HubOptions): UserError {
  const { type, name } = repository;
  const command = type === "model" ? `cliptune pull ${name}` : `the same command with a connection`;
  return new UserError(
    `The ${describe(repository)} is not in the cache ${cacheDir}, and offline nothing is fetched (HF_HUB_OFFLINE); run ${command} first.`,
  );
}
