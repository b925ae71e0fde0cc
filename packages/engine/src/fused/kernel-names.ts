import * as tf from "@tensorflow/tfjs-core";

/** Kernels of the engine's own, beside tfjs's. A backend without one runs the composite of tfjs operators. */
export const LayerNorm = "CliptuneLayerNorm";
export const QuickGelu = "CliptuneQuickGelu";
export const Gelu = "CliptuneGelu";

export const hasKernel = (name: string): boolean => tf.getKernel(name, tf.getBackend()) != null;

export function runKernel(name: string, inputs: Record<string, tf.Tensor>, attrs = {}): tf.Tensor {
  return tf.engine().runKernel(name, inputs as tf.NamedTensorMap, attrs) as tf.Tensor;
}
