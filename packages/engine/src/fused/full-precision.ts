import * as tf from "@tensorflow/tfjs-core";
import { FullPrecision, hasKernel, runKernel } from "./kernel-names.js";

/**
 * `x` itself; what is computed from it on stays in float32, matrix products too, on an engine that otherwise computes
 * in less (`xla` with `tf32` or `bf16`). For embeddings before a loss: logits at a temperature of 0.01 are the
 * cosine times 100, and so is its rounding error.
 *
 * @param x float32, of any shape
 */
export function fullPrecision<T extends tf.Tensor>(x: T): T {
  return hasKernel(FullPrecision) ? (runKernel(FullPrecision, { x }) as T) : x;
}

tf.registerGradient({
  kernelName: FullPrecision,
  gradFunc: (dy) => ({ x: () => dy as tf.Tensor }),
});
