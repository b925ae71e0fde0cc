import { resolve } from "node:path";
import type { Engine } from "@cliptune/engine";
import {
  locateModel,
  type MemoryLimit,
  type ReindexReport,
  readManifest,
  reindex,
  type StoreChoice,
} from "@cliptune/index";
import { backgroundEncoder } from "../background-encoder.js";
import type { Answer } from "../command.js";
import { withEngine } from "../engine-choice.js";
import { interruptible } from "../interrupt.js";
import { type LoadedModel, loadChoice } from "../load-choice.js";
import type { ModelChoice } from "../model-choice.js";
import { createProgress, duration } from "../progress.js";

export interface ReindexOptions {
  readonly indexDir: string;
  /** The first picture that cannot be read ends the work; else it is left out and named. */
  readonly strict: boolean;
  /** What is not chosen stays as the index has it. */
  readonly choice: ModelChoice;
  /** The index's own unless given. */
  readonly store: StoreChoice & MemoryLimit;
  readonly engine: string;
}

/** Makes an index anew with another model, from the pictures it was made from. */
export async function runReindex(options: ReindexOptions): Promise<Answer> {
  const started = performance.now();
  const { manifest, fromThumbnails } = await withEngine(options.engine, (engine) =>
    interruptible("Stopping; the index stays as it was.", (signal) =>
      encodeAnew(engine, options, signal),
    ),
  );
  const seconds = (performance.now() - started) / 1000;
  const { count, skipped, annRecall, fingerprint } = manifest;
  const dir = resolve(options.indexDir);
  const notes = [
    ...(skipped === 0 ? [] : [`${skipped} could not be read`]),
    ...(fromThumbnails === 0 ? [] : [`${fromThumbnails} from thumbnails, without their files`]),
  ];
  return {
    json: { dir, count, skipped, fromThumbnails, seconds, annRecall, fingerprint },
    text: [`${count} pictures in ${dir} in ${duration(seconds)}`, ...notes].join("; "),
  };
}

async function encodeAnew(
  engine: Engine,
  { indexDir, strict, choice, store }: ReindexOptions,
  signal: AbortSignal,
): Promise<ReindexReport> {
  const dir = resolve(indexDir);
  const { count } = await readManifest(dir);
  const { model, adapter, strength, origin } = await chosenModel(dir, choice);
  const encoder = await backgroundEncoder(engine, { model, strength, ...(adapter && { adapter }) });
  const progress = createProgress({ label: "index" });
  try {
    return await reindex({
      ...{ dir, encoder, preprocessing: model.preprocessing, strict, signal, ...store },
      model: { ...origin, ...(adapter ? { strength } : {}) },
      onProgress: ({ done, skipped, imagesPerSecond }) =>
        progress.update(done + skipped, count, `${imagesPerSecond.toFixed(0)} pictures/s`),
      onError: (error) => progress.line(`left out: ${error.message}`),
    });
  } finally {
    progress.stop();
    await encoder.dispose();
  }
}

/** Where only an adapter or a strength is chosen, the index's model stays. */
async function chosenModel(dir: string, choice: ModelChoice): Promise<LoadedModel> {
  const { model: own } = await readManifest(dir);
  if (choice.run !== undefined || choice.model !== undefined || !own) return loadChoice(choice);
  const override = choice.adapter === undefined ? {} : { adapter: choice.adapter };
  const { path, adapter, strength } = await locateModel(dir, own, override);
  const loaded = await loadChoice({
    model: path,
    ...(adapter === undefined ? {} : { adapter, strength }),
    ...choice,
  });
  return own.name === undefined
    ? loaded
    : { ...loaded, origin: { ...loaded.origin, name: own.name } };
}
