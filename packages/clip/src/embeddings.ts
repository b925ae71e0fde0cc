import * as tf from "@tensorflow/tfjs-core";

/** Rows scaled to length 1, `[B, D]` → `[B, D]`; a row of zeros stays zero. */
export function unitNorm(x: tf.Tensor2D): tf.Tensor2D {
  const squared = tf.sum(tf.square(x), -1, true); // [B, 1]
  return tf.mul(x, tf.rsqrt(tf.add(squared, 1e-24))) as tf.Tensor2D;
}
