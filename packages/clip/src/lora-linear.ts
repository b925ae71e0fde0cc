import { dropout, linear, type Tensors } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import type { ClipConfig } from "./config.js";
import { doraUpdate } from "./dora.js";

/** The trained part of a forward pass: two thin matrices beside some linear layers. */
export interface LoraForward {
  /**
   * `<module path>.lora_A.weight` [r, in] and `<module path>.lora_B.weight` [out, r];
   * `<module path>.lora_magnitude_vector` [out] where the layer is DoRA's; and weights under the
   * network's own names, which take the place of those.
   */
  readonly params: Tensors;
  /** alpha / rank (or alpha / √rank) of each adapted module. */
  readonly scales: Readonly<Record<string, number>>;
  /** `[]` multiplier on all that the adapter changes; 1 unless given. */
  readonly strength?: tf.Scalar;
  /** On the adapter's input, in training only; `seed` differs from step to step. */
  readonly dropout?: {
    readonly rate: number | ((module: string) => number);
    readonly seed: tf.Scalar;
  };
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

/** A weight by name: the network's own, or what was trained in its place. */
export function param(net: Network, name: string): tf.Tensor {
  const tensor = maybeParam(net, name);
  if (!tensor) throw new Error(`internal: the network has no weight ${name}`);
  return tensor;
}

function maybeParam(net: Network, name: string): tf.Tensor | undefined {
  const own = net.params[name];
  const trained = net.lora?.params[name];
  const strength = net.lora?.strength;
  if (!trained) return own;
  return strength && own ? tf.add(own, tf.mul(strength, tf.sub(trained, own))) : trained;
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
  const weight = param(net, `${module}.weight`);
  const y = linear(x, weight, maybeParam(net, `${module}.bias`));
  const scale = net.lora?.scales[module];
  if (!net.lora || scale === undefined) return y;
  const a = net.lora.params[`${module}.lora_A.weight`]!; // [r, in]
  const b = net.lora.params[`${module}.lora_B.weight`]!; // [out, r]
  const magnitude = net.lora.params[`${module}.lora_magnitude_vector`]; // [out]
  const { strength } = net.lora;
  const seen = noisy(net.lora, module, x);
  if (magnitude) {
    const update = doraUpdate(seen, { weight, a, b, magnitude, scale });
    return tf.add(y, strength ? tf.mul(update, strength) : update);
  }
  const low = tf.mul(linear(seen, a), scale); // [..., r]
  return tf.add(y, linear(strength ? tf.mul(low, strength) : low, b));
}

/** Every module drops other elements: its place among the adapted ones shifts the seed. */
function noisy({ dropout: noise, scales }: LoraForward, module: string, x: tf.Tensor): tf.Tensor {
  const rate = typeof noise?.rate === "function" ? noise.rate(module) : noise?.rate;
  if (!noise || !rate) return x;
  const place = Object.keys(scales).indexOf(module);
  return dropout(x, rate, tf.add(noise.seed, place * 0.6180339887) as tf.Scalar);
}
