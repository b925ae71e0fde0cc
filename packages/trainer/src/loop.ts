import { initBias, openTeacher } from "./base-embeddings.js";
import { type Batch, createBatches } from "./batches.js";
import { canvasSize, createCanvasCache } from "./canvas-cache.js";
import { type CanvasStore, openCanvasStore } from "./canvas-store.js";
import { classPrompts } from "./class-prompts.js";
import type { DataSets } from "./data-sets.js";
import { createEvaluator, type Evaluator } from "./evaluator.js";
import { lossOf } from "./forward.js";
import { checkpointNow, evaluateNow, finish, isOver } from "./milestones.js";
import { checkFinite } from "./non-finite.js";
import { type LoopParts, type Plan, type Progress, planRun, startProgress } from "./plan.js";
import { createPrefetch } from "./prefetch.js";
import { createSampler, type Sampler } from "./sampler.js";
import type { OnSkip } from "./skipped.js";
import { createStepper, pairsPerStep, patchesOf, type Stepper } from "./stepper.js";
import type { Summary } from "./summary.js";
import { createTokenTable } from "./token-table.js";

/** Steps until the end or an abort, evaluating and saving on the way. */
export async function runLoop(parts: LoopParts): Promise<Summary> {
  const { config, run, data, onEvent } = parts;
  const sampler = createSampler(data.train, {
    ...{ batchSize: pairsPerStep(config), seed: config.seed },
    ...config.sampler,
  });
  const plan = planRun(parts, sampler.stepsPerEpoch);
  const progress = startProgress(run);
  const onSkip: OnSkip = (picture) => {
    parts.skips.add(picture);
    onEvent({ type: "warning", message: picture.reason });
  };
  const evaluator = createEvaluator({ ...parts, onSkip });
  const stepper = createStepper(parts, plan);
  const store = await openStore(parts);
  try {
    const batches = await openBatches(parts, { sampler, store, onSkip });
    const pairs = data.train.reduce((n, set) => n + set.pairs.length, 0);
    const { stepsPerEpoch, totalSteps } = plan;
    onEvent({ type: "start", pairs, stepsPerEpoch, totalSteps, step: progress.step });
    if (progress.step === 0 && !progress.base && !parts.signal?.aborted) {
      if (config.evaluate.start) await evaluateNow(parts, plan, progress, evaluator);
      await checkpointNow(parts, plan, progress);
    }
    await takeSteps(parts, plan, progress, { batches, stepper, evaluator });
    return await finish(parts, plan, progress);
  } finally {
    await stepper.dispose();
    await evaluator.dispose();
    await store?.close();
  }
}

interface BatchParts {
  readonly sampler: Sampler;
  readonly store: CanvasStore | undefined;
  readonly onSkip: OnSkip;
}

/** The batches, and what they need beside the pairs: a bias to begin with, the teacher's embeddings. */
async function openBatches(parts: LoopParts, { sampler, store, onSkip }: BatchParts) {
  const { config, data, run, trainable } = parts;
  const { tokenizer, config: model } = trainable.model;
  const { needs } = lossOf(config);
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
    tokens: createTokenTable(tokenizer, captionsOf(data)),
    patches: patchesOf(parts),
    needs,
    classes: needs.classes && classPrompts(data.train, tokenizer, needs.classes.template),
    teacher: needs.teacher ? await openTeacher(parts) : undefined,
    onSkip,
  });
}

async function openStore({
  config,
  run,
  trainable,
  onEvent,
}: LoopParts): Promise<CanvasStore | undefined> {
  const megabytes = config.data.diskCacheMegabytes;
  if (megabytes === 0) return undefined;
  const size = canvasSize(trainable.model.config.vision.imageSize);
  const onFault = (message: string): void => onEvent({ type: "warning", message });
  return openCanvasStore(run.cache, { size, megabytes, onFault });
}

function* captionsOf({ train }: DataSets): Iterable<string> {
  for (const { pairs } of train) for (const pair of pairs) yield* pair.captions;
}

/** Batches made while the engine computes. */
const ahead = 2;

interface Work {
  readonly batches: (step: number) => Promise<Batch>;
  readonly stepper: Stepper;
  readonly evaluator: Evaluator;
}

async function takeSteps(
  parts: LoopParts,
  plan: Plan,
  progress: Progress,
  { batches, stepper, evaluator }: Work,
): Promise<void> {
  const { config, log, signal, onEvent } = parts;
  const { totalSteps } = plan;
  const fetch = createPrefetch(batches, { first: progress.step, end: totalSteps, ahead });
  while (progress.step < totalSteps && !signal?.aborted && !isOver(parts)) {
    const began = performance.now();
    const { value: batch, seconds: decodeSeconds } = await fetch(progress.step);
    const ready = performance.now();
    const result = await stepper.step(progress.step, batch);
    const done = performance.now();
    await checkFinite(parts, progress.step + 1, result, batch);
    progress.step++;
    progress.loss = result.loss;
    const record = {
      type: "step",
      step: progress.step,
      epoch: progress.step / plan.stepsPerEpoch,
      seconds: plan.seconds(),
      ...result,
      pairsPerSecond: pairsPerStep(config) / ((done - began) / 1000),
      ...{ decodeSeconds, waitSeconds: (ready - began) / 1000 },
      computeSeconds: (done - ready) / 1000,
    } as const;
    await log.append(record);
    onEvent({ ...record, totalSteps });
    const last = progress.step === totalSteps;
    if (last || progress.step % plan.evaluateEvery === 0) {
      await evaluateNow(parts, plan, progress, evaluator);
    }
    if (last || progress.step % plan.checkpointEvery === 0) {
      await checkpointNow(parts, plan, progress);
    }
  }
}
