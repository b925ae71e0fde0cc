// First: tfjs-core makes the global engine and its Tensor class; the bundled gradients then join it.
import "@tensorflow/tfjs-core";
import "./gradients.js";
import "./fused/tile.js"; // after tfjs's own, which it replaces

export { createEngine, type EngineOptions, engineNames } from "./create-engine.js";
export { UserError } from "./errors.js";
export { attention } from "./fused/attention.js";
export { checkpoint } from "./fused/checkpoint.js";
export { dropout, uniformNoise } from "./fused/dropout.js";
export { fullPrecision } from "./fused/full-precision.js";
export { gelu, quickGelu, silu } from "./fused/gelu.js";
export { layerNorm } from "./fused/layer-norm.js";
export { linear } from "./fused/linear.js";
export { lazyBackendName, registerLazyBackend } from "./lazy/register.js";
export { nearestName } from "./nearest-name.js";
export type { CompileCacheOptions } from "./pjrt/compile-cache.js";
export { createXlaEngine, type XlaEngine, type XlaOptions } from "./pjrt/engine.js";
export { findPjrtPlugin } from "./pjrt/find-plugin.js";
export type { Precision } from "./stablehlo/writer.js";
export { serveThread } from "./threads/serve-thread.js";
export { startThread, type Thread, type ThreadOptions } from "./threads/start-thread.js";
export { createTurns } from "./threads/turns.js";
export type {
  Arrays,
  Constants,
  Data,
  DType,
  Engine,
  EngineName,
  NdArray,
  Program,
  ProgramDefinition,
  ProgramValues,
  Spec,
  Specs,
  State,
  Tensors,
} from "./types.js";
