// The two models that the step is measured on, with weights that only look like weights, and what a step of each costs.

import { presetConfig, weightShapes } from "@cliptune/clip";

/** Batch, text length, and the modules that LoRA adapts. */
export const worlds = {
  b32: { preset: "clip-vit-base-patch32", batch: 8, length: 77 },
  tiny: { preset: "tiny", batch: 64, length: 16 },
};

const adapted = ["q_proj", "k_proj", "v_proj", "out_proj"];
const block = Float32Array.from({ length: 65_521 }, (_, i) => {
  const hash = Math.imul(i + 1, 2_654_435_761) >>> 0;
  return hash / 2 ** 32 - 0.5;
});

/** A float32 array of a repeated pattern: as good as random for timing, and made in no time. */
function pattern(shape, size) {
  const data = new Float32Array(shape.reduce((n, d) => n * d, 1));
  for (let at = 0; at < data.length; at += block.length) {
    data.set(block.subarray(0, Math.min(block.length, data.length - at)), at);
  }
  for (let i = 0; i < data.length; i++) data[i] *= size;
  return { dtype: "float32", shape: [...shape], data };
}

/** @returns configuration, frozen weights, LoRA matrices of rank 16 and their scales */
export function makeWorld(name) {
  const { preset, batch, length } = worlds[name];
  const config = presetConfig(preset);
  const shapes = weightShapes(config);
  const weights = Object.fromEntries(
    Object.entries(shapes).map(([key, shape]) => [key, pattern(shape, weightSize(key, shape))]),
  );
  const lora = {};
  const scales = {};
  for (const [key, [outputs, inputs]] of Object.entries(shapes)) {
    const path = key.replace(/\.weight$/, "");
    if (path === key || !adapted.some((module) => path.endsWith(`.self_attn.${module}`))) continue;
    lora[`${path}.lora_A.weight`] = pattern([16, inputs], 2 / Math.sqrt(inputs));
    lora[`${path}.lora_B.weight`] = pattern([outputs, 16], 0.01);
    scales[path] = 2;
  }
  return { config, weights, lora, scales, batch, length };
}

const weightSize = (key, shape) =>
  key.includes("norm") ? 1 : key === "logit_scale" ? 4 : 2 / Math.sqrt(shape.at(-1) ?? 1);

/**
 * Multiplications and additions of the forward pass and of the gradients with respect to inputs: what any
 * implementation must do. Left out: LoRA's own thin products, norms, activations, the optimizer. The last block
 * computes one row of each sequence past its keys and values, and the first needs no gradient for its input.
 */
export function operations({ config, batch, length }) {
  const { text, vision } = config;
  const patches = (vision.imageSize / vision.patchSize) ** 2;
  return (
    2 *
    batch *
    (tower(text, length) +
      tower(vision, patches + 1) +
      patches * 3 * vision.patchSize ** 2 * vision.hiddenSize)
  );
}

/** Multiply-adds for one sequence of `l` rows. */
function tower({ hiddenSize: d, intermediateSize: m, numHiddenLayers: n }, l) {
  const linear = l * (4 * d * d + 2 * d * m);
  const attention = 2 * l * l * d;
  const pooledLinear = l * 2 * d * d + 2 * d * d + 2 * d * m;
  const pooledAttention = 2 * l * d;
  const forward = (n - 1) * (linear + attention) + pooledLinear + pooledAttention;
  const backward =
    (n - 1) * (linear + 2 * attention) + pooledLinear + 2 * pooledAttention - l * 3 * d * d;
  return forward + backward;
}
