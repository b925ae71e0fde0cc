import * as tf from "@tensorflow/tfjs-core";

/** Kernels of the engine's own, beside tfjs's. A backend without one runs the composite of tfjs operators. */
export const LayerNorm = "CliptuneLayerNorm";
export const Gelu = "CliptuneGelu";
export const After = "CliptuneAfter";
export const FullPrecision = "CliptuneFullPrecision";

export const hasKernel = (name: string): boolean => tf.getKernel(name, tf.getBackend()) != null;

/** A kernel's first result: the only one, or the one that its gradient is about. */
export function runKernel(name: string, inputs: Record<string, tf.Tensor>, attrs = {}): tf.Tensor {
  const result = tf.engine().runKernel(name, inputs as tf.NamedTensorMap, attrs);
  return Array.isArray(result) ? (result[0] as tf.Tensor) : (result as tf.Tensor);
}
