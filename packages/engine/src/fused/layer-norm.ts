import * as tf from "@tensorflow/tfjs-core";
import { hasKernel, LayerNorm, runKernel } from "./kernel-names.js";

/**
 * Layer normalisation over the last axis: `(x − mean) / sqrt(variance + epsilon) · weight + bias`.
 *
 * @param x `[..., D]`
 * @param weight `[D]`
 * @param bias `[D]`
 * @see https://arxiv.org/abs/1607.06450
 */
export function layerNorm(
  x: tf.Tensor,
  weight: tf.Tensor,
  bias: tf.Tensor,
  epsilon: number,
): tf.Tensor {
  if (hasKernel(LayerNorm)) return runKernel(LayerNorm, { x, weight, bias }, { epsilon });
  return tf.tidy(() => {
    const centred = tf.sub(x, tf.mean(x, -1, true));
    const rdev = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
    return tf.add(tf.mul(tf.mul(centred, rdev), weight), bias);
  });
}

// The kernel gives y, μ and r = (σ² + ε)^−½. With c = x − μ and g = dy·weight:
// dx = r·(g − mean(g) − x̂·mean(g·x̂)) = r·(g − mean(g)) − c·r³·mean(g·c), where x̂ = c·r.
tf.registerGradient({
  kernelName: LayerNorm,
  inputsToSave: ["x", "weight"],
  outputsToSave: [false, true, true],
  gradFunc: (dys, saved) => {
    const dy = (dys as tf.Tensor[])[0]!;
    const [x, weight, mean, r] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const rows = [...x.shape.keys()].slice(0, -1);
    const centred = tf.sub(x, mean);
    return {
      x: () => {
        const g = tf.mul(dy, weight);
        const along = tf.mul(tf.mean(tf.mul(g, centred), -1, true), tf.mul(r, tf.square(r)));
        const even = tf.mul(r, tf.sub(g, tf.mean(g, -1, true)));
        return tf.sub(even, tf.mul(centred, along));
      },
      weight: () => tf.sum(tf.mul(dy, tf.mul(centred, r)), rows),
      bias: () => tf.sum(dy, rows),
    };
  },
});
