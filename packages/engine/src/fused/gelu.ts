import * as tf from "@tensorflow/tfjs-core";
import { Gelu, hasKernel, QuickGelu, runKernel } from "./kernel-names.js";

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

/** The sigmoid approximation of GELU, `x · σ(1.702 x)`; what OpenAI's CLIP uses. */
export function quickGelu(x: tf.Tensor): tf.Tensor {
  if (hasKernel(QuickGelu)) return runKernel(QuickGelu, { x });
  return tf.tidy(() => tf.mul(x, tf.sigmoid(tf.mul(x, 1.702))));
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

tf.registerGradient({
  kernelName: QuickGelu,
  inputsToSave: ["x"],
  // with s = σ(1.702 x): d/dx x·s = s·(1 + 1.702 x (1 − s))
  gradFunc: (dy, [x]) => ({
    x: () => {
      const s = tf.sigmoid(tf.mul(x!, 1.702));
      const slope = tf.add(1, tf.mul(tf.mul(x!, 1.702), tf.sub(1, s)));
      return tf.mul(dy as tf.Tensor, tf.mul(s, slope));
    },
  }),
});
