import { UserError } from "@cliptune/engine";

export type Activation = "quick_gelu" | "gelu";

export interface TowerConfig {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  readonly hiddenAct: Activation;
  readonly layerNormEps: number;
}

export interface TextConfig extends TowerConfig {
  readonly vocabSize: number;
  readonly maxPositionEmbeddings: number;
  readonly padTokenId: number;
  readonly bosTokenId: number;
  readonly eosTokenId: number;
}

export interface VisionConfig extends TowerConfig {
  readonly numChannels: number;
  readonly imageSize: number;
  readonly patchSize: number;
}

/** What Hugging Face's `config.json` says of a CLIPModel, in camel case with every default filled in. */
export interface ClipConfig {
  readonly projectionDim: number;
  /** Start value of the stored `logit_scale`, the logarithm of the inverse temperature. */
  readonly logitScaleInit: number;
  readonly text: TextConfig;
  readonly vision: VisionConfig;
}

const towerDefaults = { hiddenAct: "quick_gelu", layerNormEps: 1e-5, numHiddenLayers: 12 } as const;

/** transformers' `CLIPTextConfig()`. */
export const textDefaults: TextConfig = {
  ...towerDefaults,
  hiddenSize: 512,
  intermediateSize: 2048,
  numAttentionHeads: 8,
  vocabSize: 49408,
  maxPositionEmbeddings: 77,
  padTokenId: 1,
  bosTokenId: 49406,
  eosTokenId: 49407,
};

/** transformers' `CLIPVisionConfig()`. */
export const visionDefaults: VisionConfig = {
  ...towerDefaults,
  hiddenSize: 768,
  intermediateSize: 3072,
  numAttentionHeads: 12,
  numChannels: 3,
  imageSize: 224,
  patchSize: 32,
};

/** Patches along one side of the picture; a remainder is cut off, as a strided convolution does. */
export const patchGrid = ({ imageSize, patchSize }: VisionConfig): number =>
  Math.floor(imageSize / patchSize);

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const snake = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

/** Token ids may be 0; a `logit_scale_init_value` may be any number; everything else counts something. */
function readNumber(where: string, key: string, value: unknown): number {
  const mayBeZero = key.endsWith("_token_id");
  if (
    typeof value !== "number" ||
    !Number.isFinite(value) ||
    (mayBeZero ? value < 0 : value <= 0)
  ) {
    throw new UserError(
      `${where}: ${key} is ${JSON.stringify(value)}; it must be a ${mayBeZero ? "non-negative" : "positive"} number.`,
    );
  }
  if (key !== "layer_norm_eps" && !Number.isInteger(value)) {
    throw new UserError(`${where}: ${key} is ${value}; it must be a whole number.`);
  }
  return value;
}

function readActivation(where: string, value: unknown): Activation {
  if (value === "quick_gelu" || value === "gelu") return value;
  throw new UserError(
    `${where}: hidden_act is ${JSON.stringify(value)}; only "quick_gelu" and "gelu" are supported.`,
  );
}

function readFields<T extends TowerConfig>(where: string, json: Json, defaults: T): T {
  const read = Object.entries(defaults).map(([name, fallback]) => {
    const key = snake(name);
    const value = json[key] ?? fallback;
    if (name === "hiddenAct") return [name, readActivation(where, value)];
    return [name, readNumber(where, key, value)];
  });
  const fields = Object.fromEntries(read) as T;
  if (fields.hiddenSize % fields.numAttentionHeads !== 0) {
    throw new UserError(
      `${where}: hidden_size ${fields.hiddenSize} must be a multiple of num_attention_heads ${fields.numAttentionHeads}.`,
    );
  }
  return fields;
}

/** The nested configuration, overridden by the legacy `*_config_dict` when a file has both. */
function section(where: string, json: Json, key: string): Json {
  const parts = [json[key], json[`${key}_dict`]].map((part) => part ?? {});
  for (const part of parts) {
    if (!isObject(part)) throw new UserError(`${where}: ${key} must be an object.`);
  }
  return Object.assign({}, ...parts);
}

/**
 * Reads a parsed `config.json`; whatever it leaves out takes transformers' default.
 *
 * @param where names the file in errors
 * @throws UserError for another model type, an unknown activation, or a number out of range
 */
export function parseConfig(json: unknown, where = "config.json"): ClipConfig {
  if (!isObject(json)) throw new UserError(`${where}: must hold a JSON object.`);
  const type = json["model_type"] ?? "clip";
  if (type !== "clip") {
    throw new UserError(
      `${where}: model_type is ${JSON.stringify(type)}; only "clip" is supported.`,
    );
  }
  const logitScaleInit = json["logit_scale_init_value"] ?? 2.6592;
  if (typeof logitScaleInit !== "number" || !Number.isFinite(logitScaleInit)) {
    throw new UserError(`${where}: logit_scale_init_value must be a number.`);
  }
  const text = section(where, json, "text_config");
  const vision = section(where, json, "vision_config");
  const config: ClipConfig = {
    projectionDim: readNumber(where, "projection_dim", json["projection_dim"] ?? 512),
    logitScaleInit,
    text: readFields(`${where}: text_config`, text, textDefaults),
    vision: readFields(`${where}: vision_config`, vision, visionDefaults),
  };
  checkVision(where, config.vision);
  return config;
}

function checkVision(where: string, { imageSize, patchSize, numChannels }: VisionConfig): void {
  if (numChannels !== 3) {
    throw new UserError(`${where}: num_channels is ${numChannels}; only RGB (3) is supported.`);
  }
  if (patchSize > imageSize) {
    throw new UserError(
      `${where}: patch_size ${patchSize} must not exceed image_size ${imageSize}.`,
    );
  }
}

const snakeKeys = (fields: object): Json =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [snake(name), value]));

/** The `config.json` of a CLIPModel that transformers reads. */
export function configJson(config: ClipConfig): Json {
  const { projectionDim, logitScaleInit, text, vision } = config;
  return {
    architectures: ["CLIPModel"],
    initializer_factor: 1,
    logit_scale_init_value: logitScaleInit,
    model_type: "clip",
    projection_dim: projectionDim,
    text_config: {
      ...snakeKeys(text),
      model_type: "clip_text_model",
      projection_dim: projectionDim,
    },
    vision_config: {
      ...snakeKeys(vision),
      model_type: "clip_vision_model",
      projection_dim: projectionDim,
    },
  };
}
