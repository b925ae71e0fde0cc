import type { ClipConfig } from "@cliptune/clip";
import type { RuleOf } from "./adamw.js";
import type { TrainConfig } from "./config.js";
import type { ParameterKind } from "./optimizer-config.js";
import { towerOf } from "./tuning.js";

/**
 * How each parameter is updated, from the configuration: how fast it learns relative to the others (the
 * towers' own rates; LoRA+ trains B faster than A; layer-wise decay the lower blocks slower than the upper
 * ones), and whether weight decay pulls at it.
 *
 * @see LoRA+, https://arxiv.org/abs/2402.12354; layer-wise decay: ULMFiT, https://arxiv.org/abs/1801.06146
 */
export function rulesOf(
  { optimizer }: Pick<TrainConfig, "optimizer">,
  { text, vision }: ClipConfig,
): RuleOf {
  const { loraPlusRatio, layerDecay } = optimizer;
  const depthOf = (name: string): number => {
    const blocks = (towerOf(name) === "image" ? vision : text).numHiddenLayers;
    const index = /\.layers\.(\d+)\./.exec(name)?.[1];
    if (index !== undefined) return blocks - 1 - Number(index);
    return /\.(embeddings|pre_layrnorm)\./.test(name) ? blocks : 0;
  };
  return (name) => {
    const own = optimizer[towerOf(name) ?? "temperature"];
    const share = (own?.learningRate ?? optimizer.learningRate) / optimizer.learningRate;
    const faster = name.endsWith(".lora_B.weight") ? loraPlusRatio : 1;
    const decayed = !optimizer.noDecay.some((kind) => kinds[kind].test(name));
    const decay = own && "weightDecay" in own ? own.weightDecay : undefined;
    return {
      rate: share * faster * layerDecay ** depthOf(name),
      ...(decayed ? decay !== undefined && { decay } : { decay: 0 }),
    };
  };
}

const kinds: Readonly<Record<ParameterKind, RegExp>> = {
  biases: /(\.|_)bias$/,
  norms: /(layer_?norm\d?|layrnorm)\.weight$/,
  temperature: /^logit_scale$/,
  magnitudes: /\.lora_magnitude_vector$/,
  classEmbedding: /\.class_embedding$/,
  embeddings: /\.embeddings\./,
};
