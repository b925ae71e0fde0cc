import { resolve } from "node:path";
import type { Engine } from "@cliptune/engine";
import { buildIndex, type Manifest, type MemoryLimit, type StoreChoice } from "@cliptune/index";
import { backgroundEncoder } from "../background-encoder.js";
import type { Answer } from "../command.js";
import { withEngine } from "../engine-choice.js";
import { interruptible } from "../interrupt.js";
import { loadChoice } from "../load-choice.js";
import type { ModelChoice } from "../model-choice.js";
import { createProgress, duration } from "../progress.js";
import { countPairs, itemsOf } from "./index-items.js";
import { type DataChoice, openData } from "./open-data.js";

export interface IndexBuildOptions {
  readonly data: DataChoice;
  readonly outDir: string;
  /** The first picture that cannot be read ends the build; else it is left out and named. */
  readonly strict: boolean;
  readonly choice: ModelChoice;
  readonly store: StoreChoice & MemoryLimit;
  readonly engine: string;
}

/** Encodes the pictures of a data set and writes their index. */
export async function runIndexBuild(options: IndexBuildOptions): Promise<Answer> {
  const started = performance.now();
  const manifest = await withEngine(options.engine, (engine) =>
    interruptible("Stopping; the index that was there stays as it was.", (signal) =>
      build(engine, options, signal),
    ),
  );
  const seconds = (performance.now() - started) / 1000;
  const { count, skipped, annRecall, store } = manifest;
  const dir = resolve(options.outDir);
  return {
    json: { dir, count, skipped, seconds, store, annRecall, fingerprint: manifest.fingerprint },
    text: [
      `${count} pictures in ${dir} in ${duration(seconds)}${skipped === 0 ? "" : `; ${skipped} could not be read`}`,
      ...describeRecall(manifest),
      `Next: cliptune search "what to look for" --index ${options.outDir}`,
    ].join("\n"),
  };
}

/** How much of the exact neighbors an approximate search finds, and at which width. */
export function describeRecall({ annRecall, hnsw, lance }: Manifest): string[] {
  if (!annRecall) return [];
  const width = hnsw ? `efSearch ${hnsw.efSearch}` : `nprobes ${lance?.search?.nprobes}`;
  return [`annRecall@${annRecall.k} ${annRecall.value.toFixed(3)} at ${width}`];
}

async function build(
  engine: Engine,
  options: IndexBuildOptions,
  signal: AbortSignal,
): Promise<Manifest> {
  const { strict } = options;
  const set = await openData(options.data, (message) => console.error(`left out: ${message}`));
  const total = await countPairs(set, options.data);
  const { model, adapter, strength, origin } = await loadChoice(options.choice);
  const encoder = await backgroundEncoder(engine, { model, strength, ...(adapter && { adapter }) });
  const progress = createProgress({ label: "index" });
  try {
    return await buildIndex({
      items: itemsOf(set),
      encoder,
      preprocessing: model.preprocessing,
      dir: resolve(options.outDir),
      model: { ...origin, ...(adapter ? { strength } : {}) },
      source: options.data.data,
      ...(total === undefined ? {} : { expected: total }),
      ...options.store,
      strict,
      signal,
      onProgress: ({ done, skipped, imagesPerSecond }) =>
        progress.update(done + skipped, total, `${imagesPerSecond.toFixed(0)} pictures/s`),
      onError: (error) => progress.line(`left out: ${error.message}`),
    });
  } finally {
    progress.stop();
    await encoder.dispose();
  }
}
