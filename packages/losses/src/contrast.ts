import * as tf from "@tensorflow/tfjs-core";

/** Added to a logit that must not count: after the maximum is taken off, exp() of it is exactly 0. */
export const never = -1e9;

/** `s · x_i·y_j`, `[N, M]`. */
export const scaledCosines = (x: tf.Tensor2D, y: tf.Tensor2D, scale: tf.Scalar): tf.Tensor2D =>
  tf.mul(scale, tf.matMul(x, y, false, true)) as tf.Tensor2D;

/** The marks as floats; each row's own column when there are none. */
export const marksOf = (positives: tf.Tensor2D | undefined, rows: number): tf.Tensor2D =>
  positives ? (tf.cast(positives, "float32") as tf.Tensor2D) : tf.eye(rows);

/** Each row's 1 shared among its marked columns, `[N, M]`. */
export const sharesOf = (marks: tf.Tensor2D): tf.Tensor2D =>
  tf.div(marks, tf.sum(marks, 1, true)) as tf.Tensor2D;

/**
 * Mean over rows of `−Σ_j p_ij log softmax_j(logits)`, where p_i is uniform over the marked columns.
 *
 * @param logits `[N, M]`
 * @param marks `[N, M]` of 0 and 1, at least one 1 a row
 * @param excluded `[N, M]` of 0 and 1: columns that are no negatives; what is marked stays
 */
export function crossEntropy(
  logits: tf.Tensor2D,
  marks: tf.Tensor2D,
  excluded?: tf.Tensor2D,
): tf.Scalar {
  const out = excluded && tf.mul(tf.mul(tf.cast(excluded, "float32"), tf.sub(1, marks)), never);
  const counted = out ? tf.add(logits, out) : logits;
  return tf.neg(tf.mean(tf.sum(tf.mul(sharesOf(marks), tf.logSoftmax(counted)), 1))) as tf.Scalar;
}

/** Half the sum of a loss over rows and over columns. */
export const bothDirections = (imageToText: tf.Scalar, textToImage: tf.Scalar): tf.Scalar =>
  tf.mul(tf.add(imageToText, textToImage), 0.5) as tf.Scalar;
