export {
  type Activation,
  type ClipConfig,
  configJson,
  parseConfig,
  type TextConfig,
  type TowerConfig,
  type VisionConfig,
} from "./config.js";
export { unitNorm } from "./embeddings.js";
export { endPositions, type TokenRows } from "./end-positions.js";
export { imageTower } from "./image-tower.js";
export type { LoraForward, Network } from "./lora-linear.js";
export { type PresetName, presetConfig, presetNames, presets } from "./presets.js";
export {
  readSafetensors,
  type Safetensors,
  type WriteOptions,
  writeSafetensors,
} from "./safetensors.js";
export { textTower } from "./text-tower.js";
export { checkWeights, type Shapes, weightShapes } from "./weights.js";
