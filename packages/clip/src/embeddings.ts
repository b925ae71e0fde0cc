import { fullPrecision } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";

/**
 * Rows scaled to length 1, `[B, D]` → `[B, D]`; a row of zeros stays zero. In float32 from here on, whatever precision
 * the towers are computed in.
 */
export function unitNorm(x: tf.Tensor2D): tf.Tensor2D {
  const exact = fullPrecision(x);
  const squared = tf.sum(tf.square(exact), -1, true); // [B, 1]
  return tf.mul(exact, tf.rsqrt(tf.add(squared, 1e-24))) as tf.Tensor2D;
}
