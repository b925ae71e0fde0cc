import { patchGrid } from "@cliptune/clip";
import type { Arrays, Program, ProgramDefinition } from "@cliptune/engine";
import { averageDecay } from "./averages.js";
import type { Batch } from "./batches.js";
import { canvasSize } from "./canvas-cache.js";
import type { TrainConfig } from "./config.js";
import { isLarge, largeStep } from "./large-batch.js";
import type { LoopParts, Plan } from "./plan.js";
import { stepScalars } from "./schedule.js";
import { trainStep } from "./step.js";
import type { StepShape } from "./step-inputs.js";
import { type PatchShare, patchShare } from "./views.js";

export interface StepResult {
  readonly loss: number;
  readonly learningRate: number;
  readonly gradNorm: number;
  /** Each term of a loss that has several, before its weight. */
  readonly terms?: Readonly<Record<string, number>>;
}

export interface Stepper {
  /**
   * Steps run in the order asked for, whether or not the one before is over. What comes back may be no finite
   * number: `checkFinite`.
   */
  step(step: number, batch: Batch): Promise<StepResult>;
  dispose(): Promise<void>;
}

export function patchesOf({
  config,
  trainable,
}: Pick<LoopParts, "config" | "trainable">): PatchShare {
  return patchShare(config.augment.patches, patchGrid(trainable.model.config.vision) ** 2);
}

/** Pairs between two updates. */
export const pairsPerStep = ({
  batchSize,
  accumulate,
}: Pick<TrainConfig, "batchSize" | "accumulate">): number => batchSize * accumulate;

export interface Pacing {
  /** Instead of the configuration's schedule. */
  readonly learningRateAt?: (step: number) => number;
}

/** Compiles the programs for each text length when it is first met. */
export function createStepper(
  { config, engine, trainable }: Pick<LoopParts, "config" | "engine" | "trainable">,
  { totalSteps, learningRateAt }: Pick<Plan, "totalSteps"> & Pacing,
): Stepper {
  const programs = new Map<string, Promise<Program>>();
  const programFor = (definition: ProgramDefinition): Promise<Program> => {
    const made = programs.get(definition.name) ?? engine.compile(definition);
    programs.set(definition.name, made);
    return made;
  };
  const { vision, projectionDim: dimension } = trainable.model.config;
  const shapeOf = ({ textLength, inputs }: Batch): StepShape => ({
    ...{ batchSize: config.batchSize, canvasSize: canvasSize(vision.imageSize), textLength },
    ...{
      keptPatches: patchesOf({ config, trainable }).kept,
      vectors: "vectors" in inputs,
      dimension,
      classes: classesOf(inputs),
      textPairs: inputs["pairEnds"] && inputs["pairEnds"].length / 2,
    },
  });
  // A step is under way once its program was called; one whose program is yet to be compiled holds back the next.
  let underWay: Promise<unknown> = Promise.resolve();
  const run = async (batch: Batch, scalars: Record<string, Float32Array>) => {
    const { inputs } = batch;
    const shape = shapeOf(batch);
    const before = underWay;
    if (isLarge(config)) {
      const large = { trainable, config, programFor, shape };
      const result = before.then(() => largeStep(large, inputs, scalars));
      underWay = result.catch(() => undefined); // several programs, one after the other
      return result;
    }
    const started = before.then(async () => {
      const program = await programFor(trainStep(trainable, config, shape));
      return { result: program.step({ ...inputs, ...scalars }) };
    });
    underWay = started.catch(() => undefined);
    return (await started).result;
  };
  return {
    async step(step: number, batch: Batch): Promise<StepResult> {
      const scalars = {
        ...stepScalars(step, totalSteps, config.optimizer),
        ...(learningRateAt && { learningRate: learningRateAt(step) }),
      };
      const outputs = await run(batch, {
        learningRate: Float32Array.of(scalars.learningRate),
        correction1: Float32Array.of(scalars.correction1),
        correction2: Float32Array.of(scalars.correction2),
        ...(config.ema && { averageDecay: Float32Array.of(averageDecay(step, config.ema.decay)) }),
      });
      const [loss, gradNorm] = [outputs["loss"]!.data[0]!, outputs["gradNorm"]!.data[0]!];
      return { loss, learningRate: scalars.learningRate, gradNorm, ...termsOf(outputs) };
    },
    async dispose() {
      for (const made of programs.values()) {
        const program = await made.catch(() => undefined); // its fault was thrown by the step
        await program?.dispose();
      }
    },
  };
}

function classesOf({ classIds, classEnds }: Batch["inputs"]): StepShape["classes"] {
  if (!classIds || !classEnds) return undefined;
  return { count: classEnds.length, length: classIds.length / classEnds.length };
}

function termsOf(outputs: Arrays): Pick<StepResult, "terms"> {
  const found = Object.entries(outputs).filter(([name]) => name.startsWith("term."));
  if (found.length === 0) return {};
  return {
    terms: Object.fromEntries(
      found.map(([name, { data }]) => [name.slice("term.".length), data[0]!]),
    ),
  };
}
