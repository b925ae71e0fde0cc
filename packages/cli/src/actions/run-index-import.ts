import { resolve } from "node:path";
import {
  type ImportModel,
  type ImportReport,
  importIndex,
  type MemoryLimit,
  type StoreChoice,
} from "@cliptune/index";
import { backgroundEncoder } from "../background-encoder.js";
import type { Answer } from "../command.js";
import { withEngine } from "../engine-choice.js";
import { interruptible } from "../interrupt.js";
import { loadChoice } from "../load-choice.js";
import type { ModelChoice } from "../model-choice.js";
import { createProgress, duration } from "../progress.js";
import { describeRecall } from "./run-index-build.js";

export interface IndexImportOptions {
  readonly from: string;
  readonly outDir: string;
  /** The model that made the embeddings; empty where it isn't known. */
  readonly choice: ModelChoice;
  readonly store: StoreChoice & MemoryLimit;
  readonly engine: string;
}

/** Makes an index of embeddings that were made elsewhere. */
export async function runIndexImport(options: IndexImportOptions): Promise<Answer> {
  const started = performance.now();
  const progress = createProgress({ label: "import" });
  const read = (model?: ImportModel) =>
    interruptible("Stopping; the index that was there stays as it was.", (signal) =>
      importIndex({
        ...{ from: resolve(options.from), dir: resolve(options.outDir), signal },
        ...options.store,
        ...(model && { model }),
        onProgress: (done, total) => progress.update(done, total),
      }),
    );
  const known = options.choice.model !== undefined || options.choice.run !== undefined;
  const { manifest, thumbnails } = await (known ? withModel(options, read) : read()).finally(() =>
    progress.stop(),
  );
  const seconds = (performance.now() - started) / 1000;
  const { count, annRecall, store } = manifest;
  const dir = resolve(options.outDir);
  return {
    json: { dir, count, thumbnails, seconds, store, annRecall, model: manifest.model },
    text: [
      `${count} pictures in ${dir} in ${duration(seconds)}; ${thumbnails} of their files were found`,
      ...describeRecall(manifest),
      known
        ? `Next: cliptune search "what to look for" --index ${options.outDir}`
        : "Without --model the index can't be searched by text: import again with the model that made the embeddings.",
    ].join("\n"),
  };
}

function withModel(
  { choice, engine: name }: IndexImportOptions,
  read: (model: ImportModel) => Promise<ImportReport>,
): Promise<ImportReport> {
  return withEngine(name, async (engine) => {
    const { model, adapter, strength, origin } = await loadChoice(choice);
    const encoder = await backgroundEncoder(engine, {
      model,
      strength,
      ...(adapter && { adapter }),
    });
    try {
      return await read({ encoder, preprocessing: model.preprocessing, reference: origin });
    } finally {
      await encoder.dispose();
    }
  });
}
