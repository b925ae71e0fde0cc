import { once } from "node:events";
import { resolve, sep } from "node:path";
import { UserError } from "@cliptune/engine";
import { type FSWatcher, watch } from "chokidar";
import { codeOf } from "./error-code.js";
import type { IndexItem } from "./read-picture.js";
import { updateIndex } from "./threads/writing.js";
import type { UpdateOptions, UpdateReport } from "./update-index.js";

type Items = Iterable<IndexItem> | AsyncIterable<IndexItem>;

export interface WatchOptions extends Omit<UpdateOptions, "items"> {
  /** Folders and files whose changes lead to an update. */
  readonly paths: readonly string[];
  /** What the index shall hold now; asked before every update. */
  items(): Items | Promise<Items>;
  /** Ends the watching. */
  readonly signal: AbortSignal;
  /** Milliseconds without a change before an update begins, 500 unless given. */
  readonly quiet?: number;
  /** Milliseconds until an update that failed is tried again, unless a change comes first; 60,000 unless given. */
  readonly retry?: number;
  onUpdate(report: UpdateReport): void;
  /** Called for an update that failed: the index stays as it was. */
  onFailure(error: unknown): void;
}

/** Milliseconds after which changes that never end are waited for no longer. */
const longest = 10_000;

/**
 * Updates an index now and after each change of what it was made from, until the signal aborts: then
 * an update that runs is given up, and this resolves.
 *
 * @throws UserError when the system can't watch so many files
 */
export async function watchIndex(options: WatchOptions): Promise<void> {
  const { signal, quiet = 500, retry = 60_000 } = options;
  const home = resolve(options.dir);
  const ignored = (path: string) => path === home || path.startsWith(home + sep); // what updates write
  let changed = true;
  let lastChange = 0;
  let fault: unknown;
  let wake = () => {};
  const rest = (milliseconds?: number) =>
    new Promise<void>((resume) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(resume, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resume();
      };
    });
  const settle = async () => {
    const latest = performance.now() + longest;
    for (;;) {
      const left = Math.min(lastChange + quiet, latest) - performance.now();
      if (left <= 0 || signal.aborted) return;
      await rest(left);
    }
  };
  const onAbort = () => wake();
  signal.addEventListener("abort", onAbort);
  const start = () => {
    const started = watch([...options.paths], { ignoreInitial: true, ignored });
    started.on("all", () => {
      changed = true;
      lastChange = performance.now();
      wake();
    });
    return started.on("error", (error) => {
      fault = error;
      wake();
    });
  };
  let watcher = start();
  try {
    await ready(watcher, signal);
    while (!signal.aborted) {
      if (fault !== undefined) throw unwatchable(fault);
      if (!changed) {
        await rest();
        continue;
      }
      await settle();
      if (signal.aborted) break;
      changed = false;
      if (await updated(options)) continue;
      if (!changed && !signal.aborted) await rest(retry);
      await watcher.close(); // it is blind to a folder that went away and came back, such as a drive
      watcher = start();
      await ready(watcher, signal);
      changed = true;
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    await watcher.close();
  }
}

/** Waits until all is watched, or the signal aborts: a change before that would be lost. */
async function ready(watcher: FSWatcher, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  try {
    await once(watcher, "ready", { signal });
  } catch (error) {
    if (!signal.aborted) throw unwatchable(error);
  }
}

/** Whether the index holds what it shall. */
async function updated(options: WatchOptions): Promise<boolean> {
  try {
    options.onUpdate(await updateIndex({ ...options, items: await options.items() }));
    return true;
  } catch (error) {
    if (!options.signal.aborted) options.onFailure(error);
    return false;
  }
}

function unwatchable(error: unknown): unknown {
  const code = codeOf(error);
  if (code !== "ENOSPC" && code !== "EMFILE") return error;
  return new UserError(
    "This system watches no more files: raise its limit (Linux: sysctl fs.inotify.max_user_watches=1048576), or run cliptune index update when pictures have changed.",
    { cause: error },
  );
}
