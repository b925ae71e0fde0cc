import { saveCheckpoint } from "./checkpoint.js";
import { writeDirAtomically, writeFileAtomically } from "./disk.js";
import type { Evaluator } from "./evaluator.js";
import { isOutOfPatience, topSteps } from "./metric-path.js";
import type { LoopParts, Plan, Progress } from "./plan.js";
import { isAdapter, saveWeights } from "./saved-weights.js";
import { isBetter, type Summary } from "./summary.js";

/** Evaluates, logs it, and keeps the weights in best/ when they are the ones to select. */
export async function evaluateNow(
  { trainable, config, run, log, onEvent }: LoopParts,
  plan: Plan,
  progress: Progress,
  evaluator: Evaluator,
): Promise<void> {
  const { step } = progress;
  const sets = await evaluator.evaluate();
  const known = progress.base?.outOfDomain?.textToImage.r10 ?? 0;
  const leastOutside = known * config.evaluate.keepOutOfDomain;
  const any = Object.keys(sets).length > 0;
  if (any && step === 0) progress.base = sets;
  if (any) progress.final = sets;
  const isLast = config.evaluate.select === "last";
  if (step > 0 && (isLast || isBetter(sets, progress.best?.sets, leastOutside))) {
    await writeDirAtomically(run.dir, "best", (dir) =>
      saveWeights(dir, trainable, savedAs(config)),
    );
    progress.best = { step, sets };
  }
  if (!any) return;
  const epoch = step / plan.stepsPerEpoch;
  const record = { type: "evaluation", step, epoch, seconds: plan.seconds(), sets } as const;
  await log.append(record);
  onEvent(record);
}

const savedAs = ({ dtype, lora, ema }: LoopParts["config"]) => ({
  ...{ dtype, strength: lora.strength, averaged: ema !== undefined },
});

/** Saves all that a resumed run needs. */
export async function checkpointNow(
  { trainable, config, run, log, onEvent }: LoopParts,
  plan: Plan,
  { step, loss, base, best, final }: Progress,
): Promise<void> {
  await log.sync(); // a checkpoint's metrics are on the disk before it is
  const state = {
    version: 1,
    step,
    seconds: plan.seconds(),
    fingerprint: trainable.model.fingerprint,
    loss,
    ...(base && { base }),
    ...(best && { best }),
    ...(final && { final }),
  } as const;
  const { keep, top, metric } = config.checkpoint;
  const keepSteps = topSteps(log.evaluations, metric, top);
  const path = await saveCheckpoint(run.checkpoints, trainable, state, { keep, keepSteps });
  onEvent({ type: "checkpoint", step, path });
}

/** Whether early stopping has ended the run. */
export function isOver({ config, log }: Pick<LoopParts, "config" | "log">): boolean {
  return (
    config.earlyStopping !== undefined && isOutOfPatience(log.evaluations, config.earlyStopping)
  );
}

/** The last checkpoint of an interrupted run or the last weights of a whole one, and summary.json. */
export async function finish(parts: LoopParts, plan: Plan, progress: Progress): Promise<Summary> {
  const { config, run, trainable, skips, onEvent } = parts;
  const stoppedEarly = isOver(parts) && progress.step < plan.totalSteps;
  const interrupted = progress.step < plan.totalSteps && !stoppedEarly;
  if (interrupted || stoppedEarly) await checkpointNow(parts, plan, progress);
  if (!interrupted && !isAdapter(trainable)) {
    await writeDirAtomically(run.dir, "model", (dir) =>
      saveWeights(dir, trainable, savedAs(config)),
    );
  }
  const summary: Summary = {
    interrupted,
    stoppedEarly,
    step: progress.step,
    totalSteps: plan.totalSteps,
    epoch: progress.step / plan.stepsPerEpoch,
    seconds: plan.seconds(),
    loss: progress.loss,
    skipped: skips.count,
    mode: config.mode,
    model: trainable.model.dir,
    fingerprint: trainable.model.fingerprint,
    strength: isAdapter(trainable) ? config.lora.strength : null,
    base: progress.base ?? null,
    best: progress.best ?? null,
    final: progress.final ?? null,
  };
  await writeFileAtomically(run.summary, `${JSON.stringify(summary, null, 2)}\n`);
  onEvent({ type: "done", summary });
  return summary;
}
