import type { Arrays, NdArray } from "@cliptune/engine";
import type { ClipConfig } from "./config.js";
import type { LoraConfig } from "./lora-config.js";
import { loraSites } from "./lora-sites.js";
import { seededRandom } from "./random.js";

/**
 * Fresh LoRA matrices as PEFT starts them: A uniform within ±1/√in (Kaiming with a = √5), B zero, so
 * training starts at the base model. Keys are `<module path>.lora_A.weight` and `.lora_B.weight`.
 */
export function initLora(config: ClipConfig, lora: LoraConfig, seed: number): Arrays {
  const arrays: Record<string, NdArray> = {};
  for (const [path, { rank, inFeatures, outFeatures }] of Object.entries(loraSites(config, lora))) {
    const random = seededRandom(seed, "lora", path);
    const bound = 1 / Math.sqrt(inFeatures);
    arrays[`${path}.lora_A.weight`] = {
      dtype: "float32",
      shape: [rank, inFeatures],
      data: Float32Array.from({ length: rank * inFeatures }, () => (2 * random() - 1) * bound),
    };
    arrays[`${path}.lora_B.weight`] = {
      dtype: "float32",
      shape: [outFeatures, rank],
      data: new Float32Array(outFeatures * rank),
    };
  }
  return arrays;
}
