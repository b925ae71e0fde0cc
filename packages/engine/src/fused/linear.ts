import * as tf from "@tensorflow/tfjs-core";

/**
 * `x · weightᵀ + bias`, the weight laid out as checkpoints keep it. The rows are flattened to one
 * matrix, so that the compiled form is a single Gemm.
 *
 * @param x `[..., in]`
 * @param weight `[out, in]`
 * @param bias `[out]`
 * @returns `[..., out]`
 */
export function linear(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const [outputs, width] = weight.shape as [number, number];
    const rows = tf.reshape(x, [-1, width]); // [N, in]
    const product = tf.matMul(rows, weight as tf.Tensor2D, false, true); // [N, out]
    const shifted = bias ? tf.add(product, bias) : product;
    return tf.reshape(shifted, [...x.shape.slice(0, -1), outputs]);
  });
}
