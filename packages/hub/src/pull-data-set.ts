import { join } from "node:path";
import { UserError } from "@cliptune/engine";
import { cachedSnapshot } from "./cache.js";
import type { HubOptions } from "./connection.js";
import { listRepository, notCached, type Pulled, pullFiles } from "./pull.js";
import { describe, parseDataAddress } from "./repository.js";

/** Of no use to a reader of pairs. */
const besides = /(^|\/)(\.gitattributes|\.gitignore|README\.md|[^/]*\.py)$/;

/**
 * Brings a data set, or the folder or file of it that the address names, into the cache.
 *
 * @param address `hf://datasets/owner/name[@revision][/path]`
 * @returns `dir` is the folder or file that was asked for
 */
export async function pullDataSet(address: string, options: HubOptions): Promise<Pulled> {
  const wanted = parseDataAddress(address);
  const { path, ...repository } = wanted;
  if (options.offline) {
    const dir = await cachedSnapshot(options.cacheDir, repository);
    if (dir === undefined) throw notCached(repository, options);
    return { dir: join(dir, path), commit: dir.slice(-40), bytes: 0, files: [] };
  }
  const listing = await listRepository(repository, options);
  const files = listing.files.filter(
    (file) =>
      !besides.test(file.path) &&
      (path === "" || file.path === path || file.path.startsWith(`${path}/`)),
  );
  if (files.length === 0) {
    const names = listing.files
      .slice(0, 8)
      .map((file) => file.path)
      .join(", ");
    throw new UserError(
      `The ${describe(repository)} has no files${path === "" ? "" : ` at ${path}`} to read; it holds: ${names || "nothing"}.`,
    );
  }
  const pulled = await pullFiles(repository, listing, files, options);
  return { ...pulled, dir: join(pulled.dir, path) };
}
