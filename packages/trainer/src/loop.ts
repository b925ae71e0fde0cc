import type { Batch } from "./batches.js";
import { createEvaluator, type Evaluator } from "./evaluator.js";
import { checkpointNow, evaluateNow, finish, isOver } from "./milestones.js";
import { checkFinite } from "./non-finite.js";
import { openBatches, openStore } from "./open-batches.js";
import { type LoopParts, type Plan, type Progress, planRun, startProgress } from "./plan.js";
import { createPrefetch } from "./prefetch.js";
import { createSampler } from "./sampler.js";
import type { OnSkip } from "./skipped.js";
import { createStepper, pairsPerStep, type Stepper, type StepResult } from "./stepper.js";
import type { Summary } from "./summary.js";
import type { Trainable } from "./trainable.js";

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
    if (parts.skips.add(picture)) onEvent({ type: "warning", message: picture.reason });
  };
  const onProgress = (done: number, total: number): void => {
    const { step } = progress;
    onEvent({ type: "evaluating", step, totalSteps: plan.totalSteps, done, total });
  };
  const evaluator = createEvaluator({ ...parts, onSkip, onProgress });
  const stepper = createStepper(parts, plan);
  const store = await openStore(parts);
  try {
    const batches = await openBatches(parts, { sampler, store, onSkip });
    const pairs = data.train.reduce((n, set) => n + set.pairs.length, 0);
    const { stepsPerEpoch, totalSteps } = plan;
    const parameters = countTrained(parts.trainable);
    const { step } = progress;
    onEvent({ type: "start", pairs, stepsPerEpoch, totalSteps, parameters, step });
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

const countTrained = ({ names, state }: Trainable): number =>
  names.reduce((sum, name) => sum + state.specs[name]!.shape.reduce((n, side) => n * side, 1), 0);

/** Batches made while the engine computes. */
const ahead = 2;

interface Work {
  readonly batches: (step: number) => Promise<Batch>;
  readonly stepper: Stepper;
  readonly evaluator: Evaluator;
}

/** A step that the engine was asked for. */
interface Pending {
  readonly batch: Batch;
  readonly result: Promise<{ readonly value: StepResult; readonly at: number }>;
  readonly decodeSeconds: number;
  /** Of the engine's, for the batch. */
  readonly waitSeconds: number;
}

/**
 * Asks for each step before the last one's result is in, so that the engine goes from one to the next while results
 * are checked and written. Before an evaluation or a checkpoint, and at the end, no step is under way.
 */
async function takeSteps(
  parts: LoopParts,
  plan: Plan,
  progress: Progress,
  { batches, stepper, evaluator }: Work,
): Promise<void> {
  const { totalSteps, evaluateEvery, checkpointEvery } = plan;
  const fetch = createPrefetch(batches, { first: progress.step, end: totalSteps, ahead });
  let asked = progress.step;
  let pending: Pending | undefined;
  let since = performance.now();
  /** Records the step under way; when it ended, in milliseconds, or undefined where there was none. */
  const settle = async (): Promise<number | undefined> => {
    if (!pending) return undefined;
    const { result, ...rest } = pending;
    pending = undefined;
    const { value, at } = await result;
    await record(parts, plan, progress, { ...rest, result: value, seconds: (at - since) / 1000 });
    since = at;
    return at;
  };
  while (asked < totalSteps && !parts.signal?.aborted && !isOver(parts)) {
    const began = performance.now();
    const { value: batch, seconds: decodeSeconds } = await fetch(asked);
    if (parts.signal?.aborted) break;
    const ready = performance.now();
    const result = timed(stepper.step(asked++, batch));
    const idleSince = Math.max(began, (await settle()) ?? 0);
    pending = { batch, result, decodeSeconds, waitSeconds: Math.max(0, ready - idleSince) / 1000 };
    const isDue = (every: number) => asked === totalSteps || asked % every === 0;
    if (!isDue(evaluateEvery) && !isDue(checkpointEvery)) continue;
    await settle();
    if (isDue(evaluateEvery)) await evaluateNow(parts, plan, progress, evaluator);
    if (isDue(checkpointEvery)) await checkpointNow(parts, plan, progress);
    since = performance.now();
  }
  await settle();
}

function timed(result: Promise<StepResult>): Pending["result"] {
  const done = result.then((value) => ({ value, at: performance.now() }));
  done.catch(() => undefined); // thrown where it is awaited
  return done;
}

interface Done extends Omit<Pending, "result"> {
  readonly result: StepResult;
  /** Since the step before ended. */
  readonly seconds: number;
}

async function record(
  parts: LoopParts,
  plan: Plan,
  progress: Progress,
  { batch, result, decodeSeconds, waitSeconds, seconds }: Done,
): Promise<void> {
  batch.release();
  await checkFinite(parts, progress.step + 1, result, batch);
  progress.step++;
  progress.loss = result.loss;
  const line = {
    type: "step",
    step: progress.step,
    epoch: progress.step / plan.stepsPerEpoch,
    seconds: plan.seconds(),
    ...result,
    pairsPerSecond: pairsPerStep(parts.config) / seconds,
    ...{ decodeSeconds, waitSeconds, computeSeconds: seconds - waitSeconds },
  } as const;
  // Told first: writing waits for the event loop, which the next step may hold up.
  parts.onEvent({ ...line, totalSteps: plan.totalSteps });
  await parts.log.append(line);
}
