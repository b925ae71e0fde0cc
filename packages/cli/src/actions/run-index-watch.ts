import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { DataSet } from "@cliptune/datasets";
import type { Engine } from "@cliptune/engine";
import { type MemoryLimit, readManifest, type UpdateReport, watchIndex } from "@cliptune/index";
import type { Answer } from "../command.js";
import { describeError } from "../describe-error.js";
import { withEngine } from "../engine-choice.js";
import { interruptible } from "../interrupt.js";
import { createProgress } from "../progress.js";
import { indexEncoder, type MovedModel } from "./index-choice.js";
import { itemsOf } from "./index-items.js";
import { type DataChoice, openData } from "./open-data.js";
import { describeUpdate } from "./run-index-update.js";

export interface IndexWatchOptions extends MovedModel, MemoryLimit {
  readonly data: DataChoice;
  readonly indexDir: string;
  readonly engine: string;
}

/** Keeps an index as its data set is, until Ctrl-C. */
export async function runIndexWatch(options: IndexWatchOptions): Promise<Answer> {
  const dir = resolve(options.indexDir);
  const updates = await withEngine(options.engine, (engine) =>
    interruptible("Stopping; the index stays as the last update left it.", (signal) =>
      watch(engine, options, signal),
    ),
  );
  const { count } = await readManifest(dir);
  return {
    json: { dir, count, updates },
    text: `${count} pictures in ${dir} after ${updates} ${updates === 1 ? "update" : "updates"}`,
  };
}

/** @returns how many updates changed the index */
async function watch(
  engine: Engine,
  { data, indexDir, memoryLimit, ...moved }: IndexWatchOptions,
  signal: AbortSignal,
): Promise<number> {
  const dir = resolve(indexDir);
  const progress = createProgress({ label: "index" });
  const tell = onceEach((line) => progress.line(line));
  const open = () => openData(data, (message) => tell(`left out: ${message}`));
  const set = await open();
  const { encoder, preprocessing } = await indexEncoder(engine, dir, moved);
  let updates = 0;
  let failure: string | undefined;
  progress.line(`Watching ${set.path} (Ctrl-C ends it)`);
  try {
    await watchIndex({
      ...{ dir, encoder, preprocessing, signal, paths: await watchedPaths(set) },
      ...(memoryLimit !== undefined && { memoryLimit }),
      items: async () => itemsOf(await open()),
      onProgress: ({ done, skipped, total, imagesPerSecond }) =>
        progress.update(done + skipped, total, `${imagesPerSecond.toFixed(0)} pictures/s`),
      onError: (error) => tell(`left out: ${error.message}`),
      onUpdate(report) {
        failure = undefined;
        if (!hasChanges(report)) return;
        updates++;
        progress.line(`${clock()} ${report.manifest.count} pictures: ${describeUpdate(report)}`);
      },
      onFailure(error) {
        const { message } = describeError(error, "cliptune index watch");
        if (message !== failure) progress.line(`${clock()} update failed: ${message}`);
        failure = message; // the same at every try is said once
      },
    });
    return updates;
  } finally {
    progress.stop();
    await encoder.dispose();
  }
}

/** A folder with all in it; of tables and shards the files alone. */
async function watchedPaths({ path, files }: DataSet): Promise<readonly string[]> {
  const folder = await stat(path).catch(() => undefined); // none for a pattern of shards
  return folder?.isDirectory() ? [path] : files;
}

const hasChanges = ({ added, changed, retold, removed }: UpdateReport): boolean =>
  added + changed + retold + removed > 0;

/** Broken pictures are met again at every update. */
function onceEach(tell: (line: string) => void): (line: string) => void {
  const told = new Set<string>();
  return (line) => {
    if (told.has(line)) return;
    told.add(line);
    tell(line);
  };
}

/** `14:03:59`, local time */
const clock = (): string => new Date().toTimeString().slice(0, 8);
