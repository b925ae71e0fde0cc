import * as tf from "@tensorflow/tfjs-core";
import { scaledCosines } from "./contrast.js";
import { assertPairs, assertShape } from "./same-shape.js";

/**
 * InfoNCE's pull alone: `−mean_i s · x_i·y_i`.
 *
 * With it, `infoNce = infoNceAlignment + ½ (U(image, text) + U(text, image)) + log B`, where U is
 * {@link infoNceUniformity}: the parts may be weighted apart.
 *
 * @param image `[B, D]` unit-norm image embeddings
 * @param text `[B, D]` unit-norm text embeddings
 * @param logitScale `[]` inverse temperature
 * @returns `[]`, from −s to s, lower is better
 * @see Wang & Isola, https://arxiv.org/abs/2005.10242, equation 2
 */
export function infoNceAlignment(
  image: tf.Tensor2D,
  text: tf.Tensor2D,
  logitScale: tf.Scalar,
): tf.Scalar {
  assertPairs("infoNceAlignment", { image, text });
  assertShape("infoNceAlignment: logitScale", logitScale, []);
  return tf.tidy(() => {
    const cosines = tf.sum(tf.mul(image, text), 1); // [B]
    return tf.neg(tf.mul(logitScale, tf.mean(cosines))) as tf.Scalar;
  });
}

/**
 * InfoNCE's push alone, from one side: `mean_i log mean_j exp(s · x_i·y_j)`. With images as anchors it is
 * the image side's, with texts the text side's.
 *
 * @param anchors `[B, D]` unit-norm embeddings
 * @param candidates `[B, D]` unit-norm embeddings of the other tower
 * @param logitScale `[]` inverse temperature
 * @returns `[]`, from −s to s, lower is better
 * @see Wang & Isola, https://arxiv.org/abs/2005.10242, equation 2
 */
export function infoNceUniformity(
  anchors: tf.Tensor2D,
  candidates: tf.Tensor2D,
  logitScale: tf.Scalar,
): tf.Scalar {
  assertPairs("infoNceUniformity", { anchors, candidates });
  assertShape("infoNceUniformity: logitScale", logitScale, []);
  return tf.tidy(() => {
    const sums = tf.logSumExp(scaledCosines(anchors, candidates, logitScale), 1); // [B]
    return tf.sub(tf.mean(sums), Math.log(candidates.shape[0])) as tf.Scalar;
  });
}
