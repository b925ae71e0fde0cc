import { imageTower, type Network, normalizePixels, textTower, unitNorm } from "@cliptune/clip";
import type { ProgramValues, Tensors } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { augment } from "./augment.js";
import { blur } from "./blur.js";
import type { TrainConfig } from "./config.js";
import { type LossNeeds, lossNeeds, lossTerms } from "./loss-config.js";
import type { Beside, Embedded } from "./objective.js";
import { networkOf, type Trainable } from "./trainable.js";

/** Pixels `[B, S, S, 3]` as the towers take them: the pictures', and those of two more views. */
export interface Pixels {
  readonly pairs: tf.Tensor4D;
  /** `[2B, S, S, 3]`, the first views and then the second ones. */
  readonly views?: tf.Tensor4D;
}

/**
 * Crops and colours the batch, unless embeddings stand in place of its pictures. No parameter is in it, so no gradient
 * flows through it.
 */
export function pixelsOf({ model }: Trainable, inputs: Tensors): Pixels | undefined {
  const { canvases, boxes, colors } = inputs as Record<string, tf.Tensor>;
  if (!canvases) return undefined;
  const size = model.config.vision.imageSize;
  const pairs = normalizePixels(
    augment({ canvases: canvases!, boxes: boxes!, colors: colors! }, size),
    model.preprocessing,
  );
  const { viewBoxes, viewColors, viewBlurs } = inputs as Record<string, tf.Tensor>;
  if (!viewBoxes || !viewColors || !viewBlurs) return { pairs };
  const twice = tf.concat([canvases!, canvases!], 0);
  const flat = (x: tf.Tensor, width: number): tf.Tensor =>
    tf.reshape(tf.transpose(x, [1, 0, 2]), [-1, width]); // [B, 2, w] → [2B, w]
  const seen = augment(
    { canvases: twice, boxes: flat(viewBoxes, 4), colors: flat(viewColors, 12) },
    size,
  );
  const blurred = blur(seen, tf.reshape(tf.transpose(viewBlurs), [-1]));
  return { pairs, views: normalizePixels(blurred, model.preprocessing) };
}

export interface ForwardOptions {
  readonly config: Pick<TrainConfig, "recompute">;
  /** The state's parameters, or what replaces them to differentiate with respect to them. */
  readonly trained: Readonly<Record<string, tf.Tensor>>;
}

/** Seeds of batches lie within 1,000: those of a batch's other encodings meet none of them. */
const seeds = { views: 1000, texts: 2000, classes: 3000, pairs: 4000 } as const;

/** The network under the dropout masks of one encoding. */
const networkAt = (
  trainable: Trainable,
  values: ProgramValues,
  { config, trained }: ForwardOptions,
): ((encoding?: keyof typeof seeds, keptPatches?: tf.Tensor) => Network) => {
  const seed = values.inputs["seed"]!;
  return (encoding, keptPatches) =>
    networkOf(trainable, values, {
      trained,
      dropoutSeed: (encoding ? tf.add(seed, seeds[encoding]) : seed) as tf.Scalar,
      recompute: config.recompute,
      ...(keptPatches && { keptPatches: keptPatches as tf.Tensor2D }),
    });
};

/** `[n, L]` ids and `[n]` ends → `[n, D]` */
const encode = (ids: tf.Tensor, ends: tf.Tensor, by: Network): tf.Tensor2D =>
  unitNorm(textTower(by, ids as tf.Tensor2D, ends as tf.Tensor1D));

/** Embeddings `[C, D]` of the prompts of classes. */
export function embedClasses(
  trainable: Trainable,
  values: ProgramValues,
  options: ForwardOptions,
): tf.Tensor2D {
  const { classIds, classEnds } = values.inputs;
  return encode(classIds!, classEnds!, networkAt(trainable, values, options)("classes"));
}

/** All embeddings that a batch's loss asks for. */
export function embedBatch(
  trainable: Trainable,
  values: ProgramValues,
  pixels: Pixels | undefined,
  options: ForwardOptions,
): Embedded {
  const { ids, ends, otherIds, otherEnds, classIds, pairIds, pairEnds, patches } = values.inputs;
  const network = networkAt(trainable, values, options);
  const net = network(undefined, patches);
  const image = pixels
    ? unitNorm(imageTower(net, pixels.pairs))
    : (values.inputs["vectors"] as tf.Tensor2D); // [B, D]
  const text = encode(ids!, ends!, net); // [B, D]
  const views = pixels?.views
    ? tf.split(unitNorm(imageTower(network("views"), pixels.views)), 2)
    : undefined;
  const texts = otherIds ? encode(otherIds, otherEnds!, network("texts")) : undefined;
  const pairs = pairIds && tf.split(encode(pairIds, pairEnds!, network("pairs")), 2);
  return {
    image,
    text,
    ...(classIds && { classes: embedClasses(trainable, values, options) }), // [C, D]
    ...(pairs && { pairs: pairs as [tf.Tensor2D, tf.Tensor2D] }),
    ...(views && { views: views as [tf.Tensor2D, tf.Tensor2D] }),
    ...(texts && { texts }),
  };
}

/** What the loss takes beside the embeddings, from a program's values and the parameters as trained. */
export function besideOf(
  { constants, inputs }: ProgramValues,
  trained: Readonly<Record<string, tf.Tensor>>,
): Beside {
  const { titles, captions, labels, teacherImage, teacherText, pairKeys } = inputs as Record<
    string,
    tf.Tensor
  >;
  const scalar = (name: string): tf.Tensor | undefined => trained[name] ?? constants[name];
  const logitScale = tf.reshape(tf.exp(scalar("logit_scale")!), []) as tf.Scalar;
  const logitBias = trained["logit_bias"] as tf.Scalar | undefined;
  // Pictures of one title, and pictures given one caption, are right answers for one another.
  const positives = tf.maximum(sameKey(titles!), sameKey(captions!)) as tf.Tensor2D; // [B, B]
  const teacher = teacherImage && {
    image: teacherImage as tf.Tensor2D,
    text: teacherText as tf.Tensor2D,
  };
  const [ones, others] = pairKeys ? tf.split(pairKeys, 2) : [];
  return {
    logitScale,
    positives,
    ...(ones && others && { pairPositives: sameText(ones, others) }),
    ...(logitBias && { logitBias }),
    ...(teacher && { teacher }),
    ...(labels && { labels: labels as tf.Tensor1D }),
  };
}

/** `[B]` int32 → `[B, B]` of 0 and 1. */
const sameKey = (keys: tf.Tensor): tf.Tensor =>
  tf.cast(tf.equal(tf.reshape(keys, [-1, 1]), tf.reshape(keys, [1, -1])), "float32");

/** `[n]` keys of two texts a line → `[n, n]`: lines that share a text are right answers for one another. */
function sameText(ones: tf.Tensor, others: tf.Tensor): tf.Tensor2D {
  const meets = (x: tf.Tensor, y: tf.Tensor): tf.Tensor =>
    tf.cast(tf.equal(tf.reshape(x, [-1, 1]), tf.reshape(y, [1, -1])), "float32");
  const shared = tf.maximum(
    tf.maximum(meets(ones, ones), meets(others, others)),
    meets(ones, others),
  );
  return tf.maximum(shared, tf.transpose(shared)) as tf.Tensor2D;
}

/** The objective of a configuration and what it needs. */
export const lossOf = (config: Pick<TrainConfig, "loss">) => {
  const terms = lossTerms(config.loss);
  return { terms, needs: lossNeeds(terms) as LossNeeds };
};
