import type { Batch } from "./batches.js";
import { createEvaluator, type Evaluator } from "./evaluator.js";
import { checkpointNow, evaluateNow, finish, isOver } from "./milestones.js";
import { checkFinite } from "./non-finite.js";
import { openBatches, openStore } from "./open-batches.js";
import { type LoopParts, type Plan, type Progress, planRun, startProgress } from "./plan.js";
import { createPrefetch } from "./prefetch.js";
import { createSampler } from "./sampler.js";
import type { OnSkip } from "./skipped.js";
import { createStepper, pairsPerStep, type Stepper } from "./stepper.js";
import type { Summary } from "./summary.js";

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
