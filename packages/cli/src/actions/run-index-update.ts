import { resolve } from "node:path";
import type { Engine } from "@cliptune/engine";
import { type MemoryLimit, type UpdateReport, updateIndex } from "@cliptune/index";
import type { Answer } from "../command.js";
import { withEngine } from "../engine-choice.js";
import { interruptible } from "../interrupt.js";
import { createProgress, duration } from "../progress.js";
import { indexEncoder, type MovedModel } from "./index-choice.js";
import { itemsOf } from "./index-items.js";
import { type DataChoice, openData } from "./open-data.js";

export interface IndexUpdateOptions extends MovedModel, MemoryLimit {
  readonly data: DataChoice;
  readonly indexDir: string;
  readonly strict: boolean;
  readonly engine: string;
}

/** Makes an index hold what a data set holds now, with the model that made it. */
export async function runIndexUpdate(options: IndexUpdateOptions): Promise<Answer> {
  const started = performance.now();
  const report = await withEngine(options.engine, (engine) =>
    interruptible("Stopping; the index stays as it was.", (signal) =>
      update(engine, options, signal),
    ),
  );
  const seconds = (performance.now() - started) / 1000;
  const { manifest, ...counts } = report;
  const dir = resolve(options.indexDir);
  return {
    json: { dir, count: manifest.count, ...counts, seconds, annRecall: manifest.annRecall },
    text: `${manifest.count} pictures in ${dir} in ${duration(seconds)}: ${describeUpdate(report)}`,
  };
}

/** `3 new, 0 changed, …; 1 could not be read` */
export function describeUpdate({
  added,
  changed,
  retold,
  removed,
  kept,
  skipped,
  broken,
}: UpdateReport): string {
  const parts = [
    `${added} new`,
    `${changed} changed`,
    `${retold} with other words`,
    `${removed} removed`,
    `${kept} as they were`,
  ];
  const unread = skipped === 0 ? "" : `; ${skipped} could not be read`;
  const still = broken === 0 ? "" : `; ${broken} still can't be read`;
  return parts.join(", ") + unread + still;
}

async function update(
  engine: Engine,
  { data, indexDir, strict, model, adapter, memoryLimit }: IndexUpdateOptions,
  signal: AbortSignal,
): Promise<UpdateReport> {
  const dir = resolve(indexDir);
  const set = await openData(data, (message) => console.error(`left out: ${message}`));
  const { encoder, preprocessing } = await indexEncoder(engine, dir, { model, adapter });
  const progress = createProgress({ label: "index" });
  try {
    return await updateIndex({
      ...{ dir, items: itemsOf(set), encoder, preprocessing },
      ...{ strict, signal },
      ...(memoryLimit !== undefined && { memoryLimit }),
      onProgress: ({ done, skipped, total, imagesPerSecond }) =>
        progress.update(done + skipped, total, `${imagesPerSecond.toFixed(0)} pictures/s`),
      onError: (error) => progress.line(`left out: ${error.message}`),
    });
  } finally {
    progress.stop();
    await encoder.dispose();
  }
}
