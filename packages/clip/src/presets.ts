import { UserError } from "@cliptune/engine";
import { type ClipConfig, textDefaults, visionDefaults } from "./config.js";

const base = { logitScaleInit: 2.6592, text: textDefaults };

/** Architectures by name; `tiny` is the one that this project pre-trains and ships. */
export const presets = {
  tiny: {
    projectionDim: 256,
    logitScaleInit: 2.6592,
    text: {
      ...textDefaults,
      hiddenSize: 192,
      intermediateSize: 768,
      numHiddenLayers: 4,
      numAttentionHeads: 3,
      vocabSize: 24_000,
      maxPositionEmbeddings: 32,
      padTokenId: 23_999,
      bosTokenId: 23_998,
      eosTokenId: 23_999,
    },
    vision: {
      ...visionDefaults,
      hiddenSize: 192,
      intermediateSize: 768,
      numHiddenLayers: 6,
      numAttentionHeads: 3,
      imageSize: 64,
      patchSize: 8,
    },
  },
  "clip-vit-base-patch32": { ...base, projectionDim: 512, vision: visionDefaults },
  "clip-vit-base-patch16": {
    ...base,
    projectionDim: 512,
    vision: { ...visionDefaults, patchSize: 16 },
  },
  "clip-vit-large-patch14": {
    projectionDim: 768,
    logitScaleInit: 2.6592,
    text: { ...textDefaults, hiddenSize: 768, intermediateSize: 3072, numAttentionHeads: 12 },
    vision: {
      ...visionDefaults,
      hiddenSize: 1024,
      intermediateSize: 4096,
      numHiddenLayers: 24,
      numAttentionHeads: 16,
      patchSize: 14,
    },
  },
} as const satisfies Record<string, ClipConfig>;

export type PresetName = keyof typeof presets;

export const presetNames = Object.keys(presets) as PresetName[];

/** @throws UserError listing the known names */
export function presetConfig(name: string): ClipConfig {
  const preset = presetNames.find((known) => known === name);
  if (!preset) {
    throw new UserError(`Unknown preset ${name}; known presets: ${presetNames.join(", ")}.`);
  }
  return presets[preset];
}
