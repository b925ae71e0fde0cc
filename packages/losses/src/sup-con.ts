import * as tf from "@tensorflow/tfjs-core";
import { never, scaledCosines } from "./contrast.js";
import { assertShape } from "./same-shape.js";

/**
 * Supervised contrast within one tower: a row looks for the other rows of its kind among all other rows.
 * Rows that have none of their kind in the batch are negatives only.
 *
 * @param x `[B, D]` unit-norm embeddings
 * @param logitScale `[]` inverse temperature; the paper's is 10
 * @param positives `[B, B]` of 0 and 1, symmetric: rows of one kind; the diagonal is not looked at
 * @returns `[]` mean over the rows that have another of their kind, in nats; 0 when none has
 * @see https://arxiv.org/abs/2004.11362, equation 2
 */
export function supCon(x: tf.Tensor2D, logitScale: tf.Scalar, positives: tf.Tensor2D): tf.Scalar {
  const rows = x.shape[0];
  assertShape("supCon: logitScale", logitScale, []);
  assertShape("supCon: positives", positives, [rows, rows]);
  return tf.tidy(() => {
    const self = tf.eye(rows);
    const marks = tf.mul(tf.cast(positives, "float32"), tf.sub(1, self)); // [B, B]
    const others = tf.add(scaledCosines(x, x, logitScale), tf.mul(self, never)) as tf.Tensor2D;
    // Its own column is huge and negative: it must not meet the 0 of its mark.
    const found = tf.sum(tf.mul(marks, tf.mul(tf.logSoftmax(others), tf.sub(1, self))), 1); // [B]
    const counts = tf.sum(marks, 1); // [B]
    const losses = tf.div(tf.neg(found), tf.maximum(counts, 1));
    const kinds = tf.sum(tf.minimum(counts, 1));
    return tf.div(tf.sum(losses), tf.maximum(kinds, 1)) as tf.Scalar;
  });
}
