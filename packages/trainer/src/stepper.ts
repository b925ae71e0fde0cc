import { patchGrid } from "@cliptune/clip";
import type { Arrays, Program } from "@cliptune/engine";
import { type Batch, type PatchShare, patchShare } from "./batches.js";
import { canvasSize } from "./canvas-cache.js";
import type { LoopParts, Plan } from "./plan.js";
import { stepScalars } from "./schedule.js";
import { trainStep } from "./step.js";
import type { StepShape } from "./step-inputs.js";

export interface StepResult {
  readonly loss: number;
  readonly learningRate: number;
  readonly gradNorm: number;
  /** Each term of a loss that has several, before its weight. */
  readonly terms?: Readonly<Record<string, number>>;
}

export interface Stepper {
  /** What comes back may be no finite number: `checkFinite`. */
  step(step: number, batch: Batch): Promise<StepResult>;
  dispose(): Promise<void>;
}

export function patchesOf({
  config,
  trainable,
}: Pick<LoopParts, "config" | "trainable">): PatchShare {
  return patchShare(config.augment.patches, patchGrid(trainable.model.config.vision) ** 2);
}

/** Compiles a program for each text length when it is first met. */
export function createStepper(
  { config, engine, trainable }: LoopParts,
  { totalSteps }: Plan,
): Stepper {
  const programs = new Map<number, Promise<Program>>();
  const keptPatches = patchesOf({ config, trainable }).kept;
  const canvas = canvasSize(trainable.model.config.vision.imageSize);
  const programFor = ({ textLength, inputs }: Batch): Promise<Program> => {
    const { projectionDim: dimension } = trainable.model.config;
    const { batchSize } = config;
    const classes = classesOf(inputs);
    const shape = { batchSize, canvasSize: canvas, textLength, keptPatches, dimension, classes };
    const made = programs.get(textLength) ?? engine.compile(trainStep(trainable, config, shape));
    programs.set(textLength, made);
    return made;
  };
  return {
    async step(step: number, batch: Batch): Promise<StepResult> {
      const program = await programFor(batch);
      const scalars = stepScalars(step, totalSteps, config.optimizer);
      const outputs = await program.step({
        ...batch.inputs,
        learningRate: Float32Array.of(scalars.learningRate),
        correction1: Float32Array.of(scalars.correction1),
        correction2: Float32Array.of(scalars.correction2),
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
