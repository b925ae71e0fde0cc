import type { Arrays, NdArray } from "@cliptune/engine";
import type { ClipConfig, TowerConfig } from "./config.js";
import { normal, seededRandom } from "./random.js";
import { elementCount, weightShapes } from "./weights.js";

/** Standard deviation of one weight inside a block. */
function blockDeviation(key: string, { hiddenSize, numHiddenLayers }: TowerConfig): number {
  const narrow = hiddenSize ** -0.5 * (2 * numHiddenLayers) ** -0.5;
  if (key.includes("out_proj")) return hiddenSize ** -0.5;
  if (key.includes("fc1")) return (2 * hiddenSize) ** -0.5;
  return narrow; // q, k, v and fc2
}

function deviation(key: string, config: ClipConfig): number {
  const tower = key.startsWith("text_") ? config.text : config.vision;
  if (key.endsWith("_projection.weight") || key.endsWith("class_embedding")) {
    return tower.hiddenSize ** -0.5;
  }
  return key.includes(".embeddings.") ? 0.02 : blockDeviation(key, tower);
}

function values(key: string, length: number, config: ClipConfig, seed: number): Float32Array {
  if (key === "logit_scale") return Float32Array.of(config.logitScaleInit);
  if (key.endsWith(".bias")) return new Float32Array(length);
  if (key.includes("norm")) return new Float32Array(length).fill(1);
  const spread = deviation(key, config);
  const draw = normal(seededRandom(seed, "model", key));
  return Float32Array.from({ length }, () => draw() * spread);
}

/**
 * Random weights to pre-train from, drawn as transformers' `CLIPPreTrainedModel._init_weights` does with
 * `initializer_factor` 1: normal, narrower the wider and deeper the tower; norms one, biases zero.
 */
export function initModel(config: ClipConfig, seed: number): Arrays {
  const entries = Object.entries(weightShapes(config)).map(([key, shape]): [string, NdArray] => [
    key,
    { dtype: "float32", shape, data: values(key, elementCount(shape), config, seed) },
  ]);
  return Object.fromEntries(entries);
}
