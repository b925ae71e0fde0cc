import * as tf from "@tensorflow/tfjs-core";
import { never, scaledCosines } from "./contrast.js";
import { assertPairs, assertShape } from "./same-shape.js";

/**
 * SimCLR's NT-Xent between two views of the same pictures: each of the 2B views looks for its other
 * view among all others but itself.
 *
 * @param x `[B, D]` unit-norm embeddings of the first views
 * @param y `[B, D]` unit-norm embeddings of the second views, row i of the same picture
 * @param logitScale `[]` inverse temperature
 * @returns `[]` mean over the 2B views, in nats
 * @see https://arxiv.org/abs/2002.05709, equation 1
 */
export function ntXent(x: tf.Tensor2D, y: tf.Tensor2D, logitScale: tf.Scalar): tf.Scalar {
  assertPairs("ntXent", { x, y });
  assertShape("ntXent: logitScale", logitScale, []);
  return tf.tidy(() => {
    const views = tf.concat2d([x, y], 0); // [2B, D]
    const logits = scaledCosines(views, views, logitScale); // [2B, 2B]
    const others = tf.add(logits, tf.mul(tf.eye(views.shape[0]), never));
    // Both views of a pair have the same positive logit, so its mean over 2B rows is that over B.
    const pull = tf.mean(tf.mul(logitScale, tf.sum(tf.mul(x, y), 1)));
    return tf.sub(tf.mean(tf.logSumExp(others, 1)), pull) as tf.Scalar;
  });
}
