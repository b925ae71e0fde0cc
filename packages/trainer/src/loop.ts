import { type Engine, type Program, UserError } from "@cliptune/engine";
import { type Batch, createBatches, type PatchShare, patchShare } from "./batches.js";
import { canvasSize, createCanvasCache } from "./canvas-cache.js";
import { saveCheckpoint, saveWeights } from "./checkpoint.js";
import type { TrainConfig } from "./config.js";
import type { DataSets } from "./data-sets.js";
import { writeDirAtomically, writeFileAtomically } from "./disk.js";
import { createEvaluator, type Evaluator } from "./evaluator.js";
import type { TrainEvent } from "./events.js";
import type { MetricsLog, SetMetrics } from "./metrics-log.js";
import type { RunDir } from "./run-dir.js";
import { createSampler } from "./sampler.js";
import { stepScalars } from "./schedule.js";
import { trainStep } from "./step.js";
import { isBetter, type Summary } from "./summary.js";
import { createTokenTable } from "./token-table.js";
import type { Trainable } from "./trainable.js";

export interface LoopParts {
  readonly config: TrainConfig;
  readonly engine: Engine;
  readonly trainable: Trainable;
  readonly data: DataSets;
  readonly run: RunDir;
  readonly log: MetricsLog;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: (event: TrainEvent) => void;
}

/** What changes while a run goes on. */
interface Progress {
  step: number;
  loss: number | null;
  base: SetMetrics | undefined;
  best: { step: number; sets: SetMetrics } | undefined;
  final: SetMetrics | undefined;
}

interface Plan {
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly evaluateEvery: number;
  readonly checkpointEvery: number;
  /** Seconds since the run began. */
  readonly seconds: () => number;
}

/** Steps until the end or an abort, evaluating and saving on the way. */
export async function runLoop(parts: LoopParts): Promise<Summary> {
  const { config, run, data, onEvent } = parts;
  const sampler = createSampler(data.train, config);
  const plan = planRun(config, sampler.stepsPerEpoch, run);
  const progress: Progress = {
    step: run.resumed?.step ?? 0,
    loss: run.resumed?.loss ?? null,
    base: run.resumed?.base,
    best: run.resumed?.best,
    final: run.resumed?.final,
  };
  const onSkip = (message: string): void => onEvent({ type: "warning", message });
  const evaluator = createEvaluator({ ...parts, onSkip });
  const runStep = createStepper(parts, plan);
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
    if (progress.step === 0 && !progress.final && !parts.signal?.aborted) {
      if (config.evaluate.start) await evaluateNow(parts, plan, progress, evaluator);
      await checkpointNow(parts, plan, progress);
    }
    await takeSteps(parts, plan, progress, { batches, runStep: runStep.step, evaluator });
    return await finish(parts, plan, progress);
  } finally {
    await runStep.dispose();
    await evaluator.dispose();
  }
}

function patchesOf({ config, trainable }: Pick<LoopParts, "config" | "trainable">): PatchShare {
  const { imageSize, patchSize } = trainable.model.config.vision;
  return patchShare(config.augment.patches, Math.floor(imageSize / patchSize) ** 2);
}

function* captionsOf({ train }: DataSets): Iterable<string> {
  for (const { pairs } of train) for (const pair of pairs) yield* pair.captions;
}

function planRun(config: TrainConfig, stepsPerEpoch: number, run: RunDir): Plan {
  const totalSteps = config.steps ?? Math.max(1, Math.round((config.epochs ?? 10) * stepsPerEpoch));
  const evaluateEvery = config.evaluate.every === "epoch" ? stepsPerEpoch : config.evaluate.every;
  const { every } = config.checkpoint;
  const began = performance.now() - (run.resumed?.seconds ?? 0) * 1000;
  return {
    stepsPerEpoch,
    totalSteps,
    evaluateEvery,
    checkpointEvery: every === "evaluation" ? evaluateEvery : every,
    seconds: () => (performance.now() - began) / 1000,
  };
}

interface Work {
  readonly batches: (step: number) => Promise<Batch>;
  readonly runStep: (step: number, batch: Batch) => Promise<StepResult>;
  readonly evaluator: Evaluator;
}

async function takeSteps(
  parts: LoopParts,
  plan: Plan,
  progress: Progress,
  { batches, runStep, evaluator }: Work,
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
    const running = runStep(progress.step, await next);
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

interface StepResult {
  readonly loss: number;
  readonly learningRate: number;
  readonly gradNorm: number;
}

/** Compiles a program for each text length when it is first met. */
function createStepper({ config, engine, trainable, run }: LoopParts, { totalSteps }: Plan) {
  const programs = new Map<number, Promise<Program>>();
  const keptPatches = patchesOf({ config, trainable }).kept;
  const canvas = canvasSize(trainable.model.config.vision.imageSize);
  const programFor = (textLength: number): Promise<Program> => {
    const shape = { batchSize: config.batchSize, canvasSize: canvas, textLength, keptPatches };
    const made = programs.get(textLength) ?? engine.compile(trainStep(trainable, config, shape));
    programs.set(textLength, made);
    return made;
  };
  return {
    async step(step: number, batch: Batch): Promise<StepResult> {
      const program = await programFor(batch.textLength);
      const scalars = stepScalars(step, totalSteps, config.optimizer);
      const outputs = await program.step({
        ...batch.inputs,
        learningRate: Float32Array.of(scalars.learningRate),
        correction1: Float32Array.of(scalars.correction1),
        correction2: Float32Array.of(scalars.correction2),
      });
      const [loss, gradNorm] = [outputs["loss"]!.data[0]!, outputs["gradNorm"]!.data[0]!];
      if (!Number.isFinite(loss) || !Number.isFinite(gradNorm)) {
        throw new UserError(
          `Step ${step + 1}: the loss is ${loss} and the gradient's norm ${gradNorm}; lower optimizer.learningRate (now ${config.optimizer.learningRate}). The checkpoints before it are in ${run.checkpoints}.`,
        );
      }
      return { loss, learningRate: scalars.learningRate, gradNorm };
    },
    async dispose() {
      for (const made of programs.values()) {
        const program = await made.catch(() => undefined); // its fault was thrown by the step
        await program?.dispose();
      }
    },
  };
}

async function evaluateNow(
  { trainable, config, run, log, onEvent }: LoopParts,
  plan: Plan,
  progress: Progress,
  evaluator: Evaluator,
): Promise<void> {
  const { step } = progress;
  const sets = await evaluator.evaluate();
  const known = progress.base?.outOfDomain?.textToImage.r10 ?? 0;
  const leastOutside = known * config.evaluate.keepOutOfDomain;
  if (step === 0) progress.base = sets;
  progress.final = sets;
  if (step > 0 && isBetter(sets, progress.best?.sets, leastOutside)) {
    await writeDirAtomically(run.dir, "best", (dir) => saveWeights(dir, trainable, config.dtype));
    progress.best = { step, sets };
  }
  if (Object.keys(sets).length === 0) return;
  const epoch = step / plan.stepsPerEpoch;
  const record = { type: "evaluation", step, epoch, seconds: plan.seconds(), sets } as const;
  await log.append(record);
  onEvent(record);
}

async function checkpointNow(
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
  const path = await saveCheckpoint(run.checkpoints, trainable, state, config.checkpoint);
  onEvent({ type: "checkpoint", step, path });
}

async function finish(parts: LoopParts, plan: Plan, progress: Progress): Promise<Summary> {
  const { config, run, trainable, onEvent } = parts;
  const interrupted = progress.step < plan.totalSteps;
  if (interrupted) await checkpointNow(parts, plan, progress);
  else if (config.mode === "full") {
    await writeDirAtomically(run.dir, "model", (dir) => saveWeights(dir, trainable, config.dtype));
  }
  const summary: Summary = {
    interrupted,
    step: progress.step,
    totalSteps: plan.totalSteps,
    epoch: progress.step / plan.stepsPerEpoch,
    seconds: plan.seconds(),
    loss: progress.loss,
    mode: config.mode,
    model: trainable.model.dir,
    fingerprint: trainable.model.fingerprint,
    strength: config.mode === "lora" ? config.lora.strength : null,
    base: progress.base ?? null,
    best: progress.best ?? null,
    final: progress.final ?? null,
  };
  await writeFileAtomically(run.summary, `${JSON.stringify(summary, null, 2)}\n`);
  onEvent({ type: "done", summary });
  return summary;
}
