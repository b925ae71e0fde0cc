import { type Batch, createBatches } from "./batches.js";
import { canvasSize, createCanvasCache } from "./canvas-cache.js";
import type { DataSets } from "./data-sets.js";
import { createEvaluator, type Evaluator } from "./evaluator.js";
import { checkpointNow, evaluateNow, finish } from "./milestones.js";
import { type LoopParts, type Plan, type Progress, planRun, startProgress } from "./plan.js";
import { createSampler } from "./sampler.js";
import { createStepper, patchesOf, type Stepper } from "./stepper.js";
import type { Summary } from "./summary.js";
import { createTokenTable } from "./token-table.js";

/** Steps until the end or an abort, evaluating and saving on the way. */
export async function runLoop(parts: LoopParts): Promise<Summary> {
  const { config, run, data, onEvent } = parts;
  const sampler = createSampler(data.train, config);
  const plan = planRun(parts, sampler.stepsPerEpoch);
  const progress = startProgress(run);
  const onSkip = (message: string): void => onEvent({ type: "warning", message });
  const evaluator = createEvaluator({ ...parts, onSkip });
  const stepper = createStepper(parts, plan);
  const batches = createBatches({
    config,
    sets: data.train,
    sampler,
    canvases: createCanvasCache(
      canvasSize(parts.trainable.model.config.vision.imageSize),
      config.data.cacheMegabytes,
    ),
    tokens: createTokenTable(parts.trainable.model.tokenizer, captionsOf(data)),
    patches: patchesOf(parts),
    onSkip,
  });
  const pairs = data.train.reduce((n, set) => n + set.pairs.length, 0);
  const { stepsPerEpoch, totalSteps } = plan;
  onEvent({ type: "start", pairs, stepsPerEpoch, totalSteps, step: progress.step });
  try {
    if (progress.step === 0 && !progress.base && !parts.signal?.aborted) {
      if (config.evaluate.start) await evaluateNow(parts, plan, progress, evaluator);
      await checkpointNow(parts, plan, progress);
    }
    await takeSteps(parts, plan, progress, { batches, stepper, evaluator });
    return await finish(parts, plan, progress);
  } finally {
    await stepper.dispose();
    await evaluator.dispose();
  }
}

function* captionsOf({ train }: DataSets): Iterable<string> {
  for (const { pairs } of train) for (const pair of pairs) yield* pair.captions;
}

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
  const prepare = (step: number): Promise<Batch> | undefined => {
    const made = step < totalSteps ? batches(step) : undefined;
    made?.catch(() => undefined); // reported where it is awaited
    return made;
  };
  let next = prepare(progress.step);
  while (next && !signal?.aborted) {
    const began = performance.now();
    const running = stepper.step(progress.step, await next);
    next = prepare(progress.step + 1); // made while the engine computes
    const result = await running;
    progress.step++;
    progress.loss = result.loss;
    const record = {
      type: "step",
      step: progress.step,
      epoch: progress.step / plan.stepsPerEpoch,
      seconds: plan.seconds(),
      ...result,
      pairsPerSecond: config.batchSize / ((performance.now() - began) / 1000),
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
