import { linear } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";

export interface DoraLayer {
  /** `[out, in]`, frozen. */
  readonly weight: tf.Tensor;
  /** `[r, in]` */
  readonly a: tf.Tensor;
  /** `[out, r]` */
  readonly b: tf.Tensor;
  /** `[out]` the trained length of each row of the weight. */
  readonly magnitude: tf.Tensor;
  /** alpha / rank */
  readonly scale: number;
}

/**
 * What DoRA adds to a linear layer's output: the weight's rows, turned by the low-rank update, are
 * brought to the trained lengths: `W' = m (W + sBA) / ‖W + sBA‖`, of which this is `x (W' − W)ᵀ`.
 *
 * @param x `[..., in]`, after dropout
 * @returns `[..., out]`
 * @see https://arxiv.org/abs/2402.09353; the norm is held constant in the gradient (section 4.3)
 */
export function doraUpdate(x: tf.Tensor, layer: DoraLayer): tf.Tensor {
  const { weight, a, b, magnitude, scale } = layer;
  const ratio = tf.div(magnitude, rowNorms(layer)); // [out]
  const low = linear(tf.mul(linear(x, a), scale), b); // [..., out]
  return tf.add(tf.mul(tf.sub(ratio, 1), linear(x, weight)), tf.mul(ratio, low));
}

/** `‖W + s B A‖` of each row, `[out]`, without a gradient. */
function rowNorms({ weight, a, b, scale }: DoraLayer): tf.Tensor {
  const norms = tf.customGrad((...given) => {
    const [a, b] = given as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const turned = tf.add(weight, tf.mul(tf.matMul(b, a), scale)); // [out, in]
    const value = tf.sqrt(tf.sum(tf.square(turned), 1));
    return { value, gradFunc: () => [tf.zerosLike(a), tf.zerosLike(b)] };
  });
  return norms(a, b);
}
