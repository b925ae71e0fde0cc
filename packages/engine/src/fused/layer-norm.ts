import * as tf from "@tensorflow/tfjs-core";
import { hasKernel, LayerNorm, runKernel } from "./kernel-names.js";

/** Centred and scaled to unit variance over the last axis, with the scale: x̂ = (x − μ)·r, r = (σ² + ε)^−½. */
function standardise(x: tf.Tensor, epsilon: number): { xHat: tf.Tensor; r: tf.Tensor } {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const r = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
  return { xHat: tf.mul(centred, r), r };
}

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
  return tf.tidy(() => tf.add(tf.mul(standardise(x, epsilon).xHat, weight), bias));
}

// With g = dy·weight: dx = r·(g − mean(g) − x̂·mean(g·x̂)); one pass over the row statistics instead of
// the seven nodes that differentiating the composite gives.
tf.registerGradient({
  kernelName: LayerNorm,
  inputsToSave: ["x", "weight"],
  gradFunc: (dy, saved, attrs) => {
    const grad = dy as tf.Tensor;
    const [x, weight] = saved as [tf.Tensor, tf.Tensor];
    const { epsilon } = attrs as unknown as { epsilon: number };
    const rows = [...x.shape.keys()].slice(0, -1);
    return {
      x: () => {
        const { xHat, r } = standardise(x, epsilon);
        const g = tf.mul(grad, weight);
        const along = tf.mul(xHat, tf.mean(tf.mul(g, xHat), -1, true));
        return tf.mul(r, tf.sub(tf.sub(g, tf.mean(g, -1, true)), along));
      },
      weight: () => tf.sum(tf.mul(grad, standardise(x, epsilon).xHat), rows),
      bias: () => tf.sum(grad, rows),
    };
  },
});
