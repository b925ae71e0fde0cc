import type { ClipConfig } from "@cliptune/clip";
import type { RateOf } from "./adamw.js";
import type { TrainConfig } from "./config.js";
import { towerOf } from "./tuning.js";

/**
 * How fast each parameter learns, relative to the others: LoRA+ trains B faster than A, layer-wise decay
 * the lower blocks slower than the upper ones.
 *
 * @see LoRA+, https://arxiv.org/abs/2402.12354; layer-wise decay: ULMFiT, https://arxiv.org/abs/1801.06146
 */
export function rateOf(
  { optimizer }: Pick<TrainConfig, "optimizer">,
  { text, vision }: ClipConfig,
): RateOf {
  const { loraPlusRatio, layerDecay } = optimizer;
  const depthOf = (name: string): number => {
    const blocks = (towerOf(name) === "image" ? vision : text).numHiddenLayers;
    const index = /\.layers\.(\d+)\./.exec(name)?.[1];
    if (index !== undefined) return blocks - 1 - Number(index);
    return /\.(embeddings|pre_layrnorm)\./.test(name) ? blocks : 0;
  };
  return (name) =>
    (name.endsWith(".lora_B.weight") ? loraPlusRatio : 1) * layerDecay ** depthOf(name);
}
