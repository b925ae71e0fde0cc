export {
  type Adapter,
  adapterScales,
  adapterShapes,
  checkAdapter,
  type SaveAdapterOptions,
  saveAdapter,
} from "./adapter.js";
export {
  type CombinationType,
  type CombineOptions,
  combineAdapters,
  scaleAdapter,
  type WeightedAdapter,
} from "./adapter-arithmetic/combine.js";
export { inspectAdapter, type LayerReport } from "./adapter-arithmetic/inspect.js";
export {
  type Activation,
  type ClipConfig,
  configJson,
  parseConfig,
  patchGrid,
  type TextConfig,
  type TowerConfig,
  type VisionConfig,
} from "./config.js";
export { countParameters, type ParameterCount } from "./count-parameters.js";
export { unitNorm } from "./embeddings.js";
export type { TextTimings } from "./encode-batches.js";
export {
  createEncoder,
  type Encoder,
  type EncoderModel,
  type EncoderOptions,
} from "./encoder.js";
export { createEncoderThread, type EncoderThreadOptions } from "./encoder-thread.js";
export { endPositions, type TokenRows } from "./end-positions.js";
export { adapterFingerprint, encoderFingerprint } from "./fingerprint.js";
export { fromHalf, toHalf } from "./half.js";
export { type DecodedImage, decodeImage, type ImageSource } from "./image-source.js";
export { imageTower } from "./image-tower.js";
export { initLora, initMagnitudes, type LoraInit } from "./init-lora.js";
export { initModel } from "./init-model.js";
export { type AdapterBase, loadAdapter } from "./load-adapter.js";
export type { LoraConfig } from "./lora-config.js";
export type { LoraForward, Network } from "./lora-linear.js";
export { type LoraSite, loraSites } from "./lora-sites.js";
export { makeDirectory } from "./make-directory.js";
export { mergeAdapter, unmergeAdapter } from "./merge.js";
export {
  type ClipModel,
  loadModel,
  type SavedModel,
  type SaveModelOptions,
  saveModel,
} from "./model.js";
export { pissaFromLora, pissaStart, pissaToLora } from "./pissa.js";
export { type Canvas, decodeCanvas, preprocessImage, targetSize } from "./preprocess-image.js";
export {
  defaultPreprocessing,
  normalizePixels,
  type Preprocessing,
  parsePreprocessing,
  preprocessingJson,
} from "./preprocessing.js";
export { type PresetName, presetConfig, presetNames, presets } from "./presets.js";
export { normal, type Random, seededRandom } from "./random.js";
export { replaceFile, syncDirectory } from "./replace-file.js";
export { replacedWeights } from "./replaced-weights.js";
export type { Size } from "./resample.js";
export {
  readSafetensors,
  type Safetensors,
  type WriteOptions,
  writeSafetensors,
} from "./safetensors.js";
export { textTower } from "./text-tower.js";
export {
  createTokenizer,
  type EncodedTexts,
  type EncodeTextOptions,
  type Tokenizer,
  type TokenizerOptions,
  textBuckets,
} from "./tokenizer.js";
export { checkWeights, type Shapes, weightShapes } from "./weights.js";
