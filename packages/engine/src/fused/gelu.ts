import * as tf from "@tensorflow/tfjs-core";
import { Gelu, hasKernel, runKernel } from "./kernel-names.js";

const normalCdf = (x: tf.Tensor): tf.Tensor =>
  tf.mul(0.5, tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))));

/**
 * The exact Gaussian error linear unit, `x · Φ(x)`; what LAION's and DataComp's CLIP use.
 * @see https://arxiv.org/abs/1606.08415
 */
export function gelu(x: tf.Tensor): tf.Tensor {
  if (hasKernel(Gelu)) return runKernel(Gelu, { x });
  return tf.tidy(() => tf.mul(x, normalCdf(x)));
}

/**
 * The sigmoid approximation of GELU, `x · σ(1.702 x)`; what OpenAI's CLIP uses. Written as
 * `silu(1.702 x) / 1.702`, because a compiled program moves both factors into the matmuls on either side.
 */
export function quickGelu(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.mul(silu(tf.mul(x, 1.702)), 1 / 1.702));
}

/**
 * `x · σ(x)`, also called swish.
 * @see https://arxiv.org/abs/1606.08415, section 4
 */
export function silu(x: tf.Tensor): tf.Tensor {
  return tf.customGrad((z, save) => {
    (save as tf.GradSaveFunc)([z as tf.Tensor]);
    // With s = σ(z): d/dz z·s = s + z·s·(1 − s) = s·(1 + z·σ(−z)). Of all this z alone is kept.
    const gradFunc = (dy: tf.Tensor, [z]: tf.Tensor[]) => {
      const rest = tf.mul(z!, tf.sigmoid(tf.neg(z!)));
      return tf.mul(dy, tf.mul(tf.sigmoid(z!), tf.add(1, rest)));
    };
    return { value: tf.mul(z as tf.Tensor, tf.sigmoid(z as tf.Tensor)), gradFunc };
  })(x);
}

tf.registerGradient({
  kernelName: Gelu,
  inputsToSave: ["x"],
  // d/dx x·Φ(x) = Φ(x) + x·φ(x), φ(x) = exp(−x²/2)/√(2π)
  gradFunc: (dy, [x]) => ({
    x: () => {
      const density = tf.mul(tf.exp(tf.mul(tf.square(x!), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return tf.mul(dy as tf.Tensor, tf.add(normalCdf(x!), tf.mul(x!, density)));
    },
  }),
});
