import { imageTower, normalizePixels, textTower, unitNorm } from "@cliptune/clip";
import type { ProgramDefinition, ProgramValues, Spec, Specs } from "@cliptune/engine";
import { infoNce } from "@cliptune/losses";
import * as tf from "@tensorflow/tfjs-core";
import { adamW } from "./adamw.js";
import { augment } from "./augment.js";
import type { TrainConfig } from "./config.js";
import { networkOf, type Trainable } from "./trainable.js";

const float = (...shape: number[]): Spec => ({ dtype: "float32", shape });
const int = (...shape: number[]): Spec => ({ dtype: "int32", shape });

/** Upper bound of the learnt `logit_scale`, as in CLIP: a temperature of at least 0.01. */
const mostLogScale = Math.log(100);

export interface StepShape {
  readonly batchSize: number;
  readonly canvasSize: number;
  readonly textLength: number;
  /** K, patches seen of each picture; 0 for all of them. */
  readonly keptPatches: number;
}

/** Everything that goes in with a step: the batch (see `batches.ts`) and the optimizer's scalars. */
const inputSpecs = ({
  batchSize: b,
  canvasSize: c,
  textLength: l,
  ...shape
}: StepShape): Specs => ({
  canvases: { dtype: "uint8", shape: [b, c, c, 3] },
  boxes: float(b, 4),
  colors: float(b, 12),
  ids: int(b, l),
  ends: int(b),
  titles: int(b),
  captions: int(b),
  seed: float(),
  learningRate: float(),
  correction1: float(),
  correction2: float(),
  ...(shape.keptPatches > 0 && { patches: int(b, shape.keptPatches) }),
});

/**
 * The whole training step as one program: augment → towers → infoNce → gradients → clip → AdamW.
 * Its outputs are the scalars `loss` (before the update) and `gradNorm` (before clipping).
 */
export function trainStep(
  trainable: Trainable,
  config: TrainConfig,
  shape: StepShape,
): ProgramDefinition {
  const { model, constants, state, names } = trainable;
  return {
    name: `train-step-${shape.textLength}`,
    ...(constants && { constants }),
    state,
    inputs: inputSpecs(shape),
    run: (values) => {
      const { inputs } = values;
      const { canvases, boxes, colors } = inputs as Record<string, tf.Tensor>;
      const size = model.config.vision.imageSize;
      const views = augment({ canvases: canvases!, boxes: boxes!, colors: colors! }, size);
      const pixels = normalizePixels(views, model.preprocessing);
      const lossOf = (...trained: tf.Tensor[]): tf.Scalar =>
        contrast(trainable, values, {
          pixels,
          recompute: config.recompute,
          trained: Object.fromEntries(names.map((name, i) => [name, trained[i]!])),
        });
      const { value, grads } = tf.valueAndGrads(lossOf)(names.map((name) => values.state[name]!));
      const byName = Object.fromEntries(names.map((name, i) => [name, grads[i]!]));
      const { next, gradNorm } = update(values, { names, grads: byName }, config);
      return { outputs: { loss: value, gradNorm }, state: next };
    },
  };
}

interface Views {
  readonly pixels: tf.Tensor4D;
  readonly recompute: boolean;
  readonly trained: Record<string, tf.Tensor>;
}

function contrast(
  trainable: Trainable,
  values: ProgramValues,
  { pixels, recompute, trained }: Views,
): tf.Scalar {
  const { ids, ends, titles, captions, seed } = values.inputs as Record<string, tf.Tensor>;
  const patches = values.inputs["patches"] as tf.Tensor2D | undefined;
  const net = networkOf(trainable, values, {
    trained,
    dropoutSeed: seed as tf.Scalar,
    recompute,
    ...(patches && { keptPatches: patches }),
  });
  const image = unitNorm(imageTower(net, pixels)); // [B, D]
  const text = unitNorm(textTower(net, ids as tf.Tensor2D, ends as tf.Tensor1D)); // [B, D]
  const logitScale = tf.reshape(tf.exp(net.params["logit_scale"]!), []) as tf.Scalar;
  // Pictures of one title, and pictures given one caption, are right answers for one another.
  const positives = tf.maximum(sameKey(titles!), sameKey(captions!)) as tf.Tensor2D; // [B, B]
  return infoNce(image, text, logitScale, { positives });
}

/** `[B]` int32 → `[B, B]` of 0 and 1. */
const sameKey = (keys: tf.Tensor): tf.Tensor =>
  tf.cast(tf.equal(tf.reshape(keys, [-1, 1]), tf.reshape(keys, [1, -1])), "float32");

function update(
  { state, inputs }: ProgramValues,
  { names, grads }: { names: readonly string[]; grads: Record<string, tf.Tensor> },
  { optimizer, mode }: TrainConfig,
) {
  const result = adamW(
    {
      params: Object.fromEntries(names.map((name) => [name, state[name]!])),
      grads,
      moments: state,
      learningRate: inputs["learningRate"]!,
      correction1: inputs["correction1"]!,
      correction2: inputs["correction2"]!,
    },
    optimizer,
  );
  const scale = result.next["logit_scale"];
  if (mode === "full" && scale) {
    result.next["logit_scale"] = tf.minimum(tf.maximum(scale, 0), mostLogScale);
  }
  return result;
}
