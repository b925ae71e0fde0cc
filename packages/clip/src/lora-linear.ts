import { dropout, linear, type Tensors } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import type { ClipConfig } from "./config.js";

/** The trained part of a forward pass: two thin matrices beside some linear layers. */
export interface LoraForward {
  /** `<module path>.lora_A.weight` [r, in] and `<module path>.lora_B.weight` [out, r]. */
  readonly params: Tensors;
  /** alpha / rank (or alpha / √rank) of each adapted module. */
  readonly scales: Readonly<Record<string, number>>;
  /** `[]` multiplier on every scale; 1 unless given. */
  readonly strength?: tf.Scalar;
  /** On the adapter's input, in training only; `seed` differs from step to step. */
  readonly dropout?: { readonly rate: number; readonly seed: tf.Scalar };
}

/** Weights by Hugging Face key, and what is trained beside them. */
export interface Network {
  readonly config: ClipConfig;
  readonly params: Tensors;
  readonly lora?: LoraForward;
  /**
   * `[B, K]` int32 indices of the patches that the image tower sees, all of them unless given: training
   * on half of them halves its cost (FLIP, https://arxiv.org/abs/2212.00794).
   */
  readonly keptPatches?: tf.Tensor2D;
  /** Compute every block again in the backward pass, so that of each only its input is kept: memory for time. */
  readonly recompute?: boolean;
}

export function param(net: Network, name: string): tf.Tensor {
  const tensor = net.params[name];
  if (!tensor) throw new Error(`internal: the network has no weight ${name}`);
  return tensor;
}

/**
 * A linear layer by module path, with its adapter when it has one:
 * `x Wᵀ + b + strength · scale · dropout(x) Aᵀ Bᵀ`.
 *
 * @param x `[..., in]`
 * @returns `[..., out]`
 * @see LoRA, https://arxiv.org/abs/2106.09685
 */
export function loraLinear(net: Network, module: string, x: tf.Tensor): tf.Tensor {
  const y = linear(x, param(net, `${module}.weight`), net.params[`${module}.bias`]);
  const scale = net.lora?.scales[module];
  if (!net.lora || scale === undefined) return y;
  const a = net.lora.params[`${module}.lora_A.weight`]!; // [r, in]
  const b = net.lora.params[`${module}.lora_B.weight`]!; // [out, r]
  const low = tf.mul(linear(noisy(net.lora, module, x), a), scale); // [..., r]
  const { strength } = net.lora;
  return tf.add(y, linear(strength ? tf.mul(low, strength) : low, b));
}

/** Every module drops other elements: its place among the adapted ones shifts the seed. */
function noisy({ dropout: noise, scales }: LoraForward, module: string, x: tf.Tensor): tf.Tensor {
  if (!noise || noise.rate === 0) return x;
  const place = Object.keys(scales).indexOf(module);
  return dropout(x, noise.rate, tf.add(noise.seed, place * 0.6180339887) as tf.Scalar);
}
