import { initBias, openTeacher } from "./base-embeddings.js";
import { createBatches } from "./batches.js";
import { canvasSize, createCanvasCache } from "./canvas-cache.js";
import { type CanvasStore, openCanvasStore } from "./canvas-store.js";
import { classPrompts } from "./class-prompts.js";
import type { DataSets } from "./data-sets.js";
import { lossOf } from "./forward.js";
import type { LoopParts } from "./plan.js";
import type { RunDir } from "./run-dir.js";
import type { Sampler } from "./sampler.js";
import type { OnSkip } from "./skipped.js";
import { patchesOf } from "./stepper.js";
import { createTextPairs, readTextGroups } from "./text-pairs.js";
import { createTokenTable } from "./token-table.js";

/** What batches are made from, besides how a run goes on. */
export type BatchWorld = Pick<LoopParts, "config" | "engine" | "trainable" | "data" | "onEvent"> & {
  readonly run: Pick<RunDir, "dir" | "cache" | "resumed">;
};

export interface BatchParts {
  readonly sampler: Sampler;
  readonly store: CanvasStore | undefined;
  readonly onSkip: OnSkip;
}

/** The batches, and what they need beside the pairs: a bias to begin with, the teacher's embeddings. */
export async function openBatches(parts: BatchWorld, { sampler, store, onSkip }: BatchParts) {
  const { config, data, run, trainable } = parts;
  const { tokenizer, config: model } = trainable.model;
  const { needs } = lossOf(config);
  const groups = needs.textPairs ? await readTextGroups(config.data.texts!.path) : [];
  if (needs.bias && !run.resumed) await initBias(parts, sampler.batch(0));
  return createBatches({
    config,
    sets: data.train,
    sampler,
    canvases: createCanvasCache({
      size: canvasSize(model.vision.imageSize),
      megabytes: config.data.cacheMegabytes,
      store,
    }),
    tokens: createTokenTable(
      tokenizer,
      [...captionsOf(data), ...groups.flat()],
      config.data.maxTokens,
    ),
    patches: patchesOf(parts),
    needs,
    classes: needs.classes && classPrompts(data.train, tokenizer, needs.classes.template),
    textPairs:
      groups.length === 0
        ? undefined
        : createTextPairs(groups, { count: config.data.texts!.count, seed: config.seed }),
    teacher: needs.teacher ? await openTeacher(parts) : undefined,
    onSkip,
  });
}

/** Decoded pictures on disk, unless the configuration wants none. */
export async function openStore({
  config,
  run,
  trainable,
  onEvent,
}: BatchWorld): Promise<CanvasStore | undefined> {
  const megabytes = config.data.diskCacheMegabytes;
  if (megabytes === 0) return undefined;
  const size = canvasSize(trainable.model.config.vision.imageSize);
  const onFault = (message: string): void => onEvent({ type: "warning", message });
  return openCanvasStore(run.cache, { size, megabytes, onFault });
}

function* captionsOf({ train }: DataSets): Iterable<string> {
  for (const { pairs } of train) for (const pair of pairs) yield* pair.captions;
}
