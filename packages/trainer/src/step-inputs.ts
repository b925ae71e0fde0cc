import type { Data, Spec, Specs } from "@cliptune/engine";
import type { TrainConfig } from "./config.js";
import type { LossNeeds } from "./loss-config.js";

const float = (...shape: number[]): Spec => ({ dtype: "float32", shape });
const int = (...shape: number[]): Spec => ({ dtype: "int32", shape });

export interface StepShape {
  /** Pairs in one program's batch. */
  readonly batchSize: number;
  readonly canvasSize: number;
  /** Whether embeddings stand in place of pictures. */
  readonly vectors?: boolean;
  readonly textLength: number;
  /** K, patches seen of each picture; 0 for all of them. */
  readonly keptPatches: number;
  /** D, for the teacher's embeddings. */
  readonly dimension: number;
  /** Prompts of classes and their tokens, where the loss has them. */
  readonly classes?: ClassShape | undefined;
  /** Pairs of texts without pictures. */
  readonly textPairs?: number | undefined;
}

export interface ClassShape {
  readonly count: number;
  /** Tokens of each prompt. */
  readonly length: number;
}

/** What the towers take for a batch (see `batches.ts`); each but `seed` and the classes' has a row a pair. */
export const towerInputs = (shape: StepShape, { views, texts }: LossNeeds): Specs => {
  const { batchSize: b, textLength: l, classes, textPairs } = shape;
  return {
    ...(shape.vectors ? { vectors: float(b, shape.dimension) } : pictureInputs(shape)),
    ids: int(b, l),
    ends: int(b),
    seed: float(),
    ...(views && {
      viewBoxes: float(b, 2, 4),
      viewColors: float(b, 2, 12),
      viewBlurs: float(b, 2),
    }),
    ...(texts && { otherIds: int(b, l), otherEnds: int(b) }),
    ...(textPairs && { pairIds: int(2 * textPairs, l), pairEnds: int(2 * textPairs) }),
    ...(classes && classRows(classes)),
  };
};

const pictureInputs = ({ batchSize: b, canvasSize: c, keptPatches: k }: StepShape): Specs => ({
  canvases: { dtype: "uint8", shape: [b, c, c, 3] },
  boxes: float(b, 4),
  colors: float(b, 12),
  ...(k > 0 && { patches: int(b, k) }),
});

const classRows = ({ count, length }: ClassShape): Specs => ({
  classIds: int(count, length),
  classEnds: int(count),
});

/** What the text tower takes for prompts of classes alone. */
export const classInputs = (classes: ClassShape): Specs => ({
  ...classRows(classes),
  seed: float(),
});

/** What the loss takes beside the embeddings; each has a row a pair. */
export const lossInputs = (
  { batchSize: b, dimension: d, textPairs }: StepShape,
  { teacher, classes }: LossNeeds,
): Specs => ({
  titles: int(b),
  captions: int(b),
  ...(textPairs && { pairKeys: int(2 * textPairs) }),
  ...(classes && { labels: int(b) }),
  ...(teacher && { teacherImage: float(b, d), teacherText: float(b, d) }),
});

/** The optimizer's scalars; see `stepScalars`. */
export const optimizerInputs = ({ ema }: Pick<TrainConfig, "ema">): Specs => ({
  learningRate: float(),
  correction1: float(),
  correction2: float(),
  ...(ema && { averageDecay: float() }),
});

/** The entries of `inputs` that a program's `specs` name. */
export const pick = (
  specs: Specs,
  inputs: Readonly<Record<string, Data>>,
): Readonly<Record<string, Data>> =>
  Object.fromEntries(Object.keys(specs).map((name) => [name, inputs[name]!]));
