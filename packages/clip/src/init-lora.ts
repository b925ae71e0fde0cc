import type { Arrays, NdArray } from "@cliptune/engine";
import type { ClipConfig } from "./config.js";
import type { LoraConfig } from "./lora-config.js";
import { loraSites } from "./lora-sites.js";
import { normal, seededRandom } from "./random.js";

/** PEFT's names for how A starts: `kaiming` is its default, `gaussian` has a standard deviation of 1 / rank. */
export type LoraInit = "kaiming" | "gaussian";

/**
 * Fresh LoRA matrices as PEFT starts them: A uniform within ±1/√in (Kaiming with a = √5) or Gaussian,
 * B zero, so training starts at the base model. Keys are `<module path>.lora_A.weight` and
 * `.lora_B.weight`.
 */
export function initLora(
  config: ClipConfig,
  lora: LoraConfig,
  seed: number,
  init: LoraInit = "kaiming",
): Arrays {
  const arrays: Record<string, NdArray> = {};
  for (const [path, { rank, inFeatures, outFeatures }] of Object.entries(loraSites(config, lora))) {
    const random = seededRandom(seed, "lora", path);
    const bound = 1 / Math.sqrt(inFeatures);
    const gaussian = normal(random);
    const draw = init === "kaiming" ? () => (2 * random() - 1) * bound : () => gaussian() / rank;
    arrays[`${path}.lora_A.weight`] = {
      dtype: "float32",
      shape: [rank, inFeatures],
      data: Float32Array.from({ length: rank * inFeatures }, draw),
    };
    arrays[`${path}.lora_B.weight`] = {
      dtype: "float32",
      shape: [outFeatures, rank],
      data: new Float32Array(outFeatures * rank),
    };
  }
  return arrays;
}

/** DoRA's magnitudes at the start: the length of each row of the weights, `<module path>.lora_magnitude_vector`. */
export function initMagnitudes(config: ClipConfig, lora: LoraConfig, weights: Arrays): Arrays {
  return Object.fromEntries(
    Object.keys(loraSites(config, lora)).map((path): [string, NdArray] => {
      const { shape, data } = weights[`${path}.weight`]!;
      const [rows, columns] = shape as [number, number];
      const lengths = Float32Array.from({ length: rows }, (_, row) =>
        Math.hypot(...(data.subarray(row * columns, (row + 1) * columns) as Float32Array)),
      );
      return [`${path}.lora_magnitude_vector`, { dtype: "float32", shape: [rows], data: lengths }];
    }),
  );
}
