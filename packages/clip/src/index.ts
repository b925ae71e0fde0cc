export {
  type Adapter,
  adapterScales,
  adapterShapes,
  checkAdapter,
  loadAdapter,
  type SaveAdapterOptions,
  saveAdapter,
} from "./adapter.js";
export {
  type Activation,
  type ClipConfig,
  configJson,
  parseConfig,
  type TextConfig,
  type TowerConfig,
  type VisionConfig,
} from "./config.js";
export { countParameters, type ParameterCount } from "./count-parameters.js";
export { unitNorm } from "./embeddings.js";
export { endPositions, type TokenRows } from "./end-positions.js";
export { imageTower } from "./image-tower.js";
export { initLora } from "./init-lora.js";
export { initModel } from "./init-model.js";
export type { LoraConfig } from "./lora-config.js";
export type { LoraForward, Network } from "./lora-linear.js";
export { type LoraSite, loraSites } from "./lora-sites.js";
export { mergeAdapter, unmergeAdapter } from "./merge.js";
export { type PresetName, presetConfig, presetNames, presets } from "./presets.js";
export { normal, type Random, seededRandom } from "./random.js";
export {
  readSafetensors,
  type Safetensors,
  type WriteOptions,
  writeSafetensors,
} from "./safetensors.js";
export { textTower } from "./text-tower.js";
export { checkWeights, type Shapes, weightShapes } from "./weights.js";
