import { stat } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { manifestPath, readManifest } from "./manifest.js";
import type { SearchIndex } from "./search-index.js";

/** A version of an index, with whatever belongs to it. */
export interface OpenVersion {
  readonly index: SearchIndex;
  close(): Promise<void>;
}

/** An open index that becomes the directory's newest version while it is in use. */
export interface FollowedIndex<V extends OpenVersion> {
  /** The version in use, as of the last `use`. */
  readonly current: V;
  /** Runs with the newest version, which stays open until the work is done. */
  use<T>(work: (version: V) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** How long work waits for a new version to be opened before it goes on with the old one, in milliseconds. */
const patience = 1000;

/** How long a version that was replaced stays open for those who hold it, in milliseconds. */
const grace = 10_000;

interface Held<V> {
  readonly opened: V;
  users: number;
  retired: boolean;
}

/**
 * Looks at manifest.json before each use, and opens what it names when that is another version. A
 * version that can't be opened (it is damaged, or its model isn't there) is passed over: work goes on
 * with the one before.
 *
 * @param open given the version in use, whose parts the new one may share
 */
export function followIndex<V extends OpenVersion>(
  dir: string,
  first: V,
  open: (before: V) => Promise<V>,
): FollowedIndex<V> {
  let held: Held<V> = { opened: first, users: 0, retired: false };
  let seen: string | undefined;
  let opening: Promise<void> | undefined;
  let closed = false;
  const graces = new Set<() => Promise<void>>();
  const leave = async (version: Held<V>) => {
    if (version.retired && version.users === 0) await version.opened.close();
  };
  const openNewest = async () => {
    if ((await readManifest(dir)).version === held.opened.index.manifest.version) return;
    const opened = await open(held.opened);
    if (closed) return opened.close();
    const before = held;
    held = { opened, users: 0, retired: false };
    before.retired = true;
    before.users++; // whoever took `current` may be in the middle of something
    const end = () => {
      clearTimeout(timer);
      graces.delete(end);
      before.users--;
      return leave(before);
    };
    const timer = setTimeout(() => void end(), grace).unref();
    graces.add(end);
  };
  const refresh = async () => {
    const found = await stat(manifestPath(dir), { bigint: true }).catch(() => undefined);
    const state = found && `${found.ino}:${found.size}:${found.mtimeNs}`;
    if (state === undefined || state === seen) return;
    opening ??= openNewest()
      .catch(() => undefined)
      .finally(() => {
        seen = state;
        opening = undefined;
      });
    const impatient = new AbortController();
    await Promise.race([
      opening,
      wait(patience, undefined, { signal: impatient.signal }).catch(() => undefined),
    ]);
    impatient.abort();
  };
  return {
    get current() {
      return held.opened;
    },
    async use(work) {
      if (!closed) await refresh();
      const version = held;
      version.users++;
      try {
        return await work(version.opened);
      } finally {
        version.users--;
        await leave(version);
      }
    },
    async close() {
      closed = true;
      await opening;
      for (const end of [...graces]) await end();
      held.retired = true;
      await leave(held);
    },
  };
}
