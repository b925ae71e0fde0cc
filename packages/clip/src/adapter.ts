import { join } from "node:path";
import { type Arrays, UserError } from "@cliptune/engine";
import { adapterConfigJson, parseAdapterConfig } from "./adapter-config.js";
import type { ClipConfig } from "./config.js";
import { exists, readJson, writeJson } from "./files.js";
import type { LoraConfig } from "./lora-config.js";
import { loraSites } from "./lora-sites.js";
import { makeDirectory } from "./make-directory.js";
import { replacedWeights } from "./replaced-weights.js";
import { readSafetensors, writeSafetensors } from "./safetensors.js";
import { list, type Shapes, showShape, weightShapes } from "./weights.js";

/** A trained LoRA adapter. */
export interface Adapter {
  readonly config: LoraConfig;
  /**
   * `<module path>.lora_A.weight` [r, in] and `.lora_B.weight` [out, r], float32; with DoRA
   * `.lora_magnitude_vector` [out]; and the weights that it replaces, under the model's own names.
   */
  readonly weights: Arrays;
  /** Inverse temperature (positive) when it was trained too; the base model's otherwise. */
  readonly logitScale?: number;
}

const baseBias = ".base_layer.bias";
const prefix = "base_model.model.";
const configFile = "adapter_config.json";
const weightsFile = "adapter_model.safetensors";

/** Shapes of an adapter's matrices for a given model. */
export function adapterShapes(config: ClipConfig, lora: LoraConfig): Shapes {
  const shapes: Record<string, readonly number[]> = {};
  for (const [path, { rank, inFeatures, outFeatures }] of Object.entries(loraSites(config, lora))) {
    shapes[`${path}.lora_A.weight`] = [rank, inFeatures];
    shapes[`${path}.lora_B.weight`] = [outFeatures, rank];
    if (lora.useDora) shapes[`${path}.lora_magnitude_vector`] = [outFeatures];
  }
  const own = weightShapes(config);
  for (const name of replacedWeights(config, lora)) shapes[name] = own[name]!;
  return shapes;
}

/** The first thing wrong between an adapter and the model it is put on, or nothing. */
function mismatch(weights: Arrays, shapes: Shapes): string | undefined {
  for (const [key, shape] of Object.entries(shapes)) {
    const array = weights[key];
    if (!array) return `the model needs ${key}, which the adapter does not have`;
    if (showShape(array.shape) !== showShape(shape)) {
      return `${key} is ${showShape(array.shape)}, the model needs ${showShape(shape)}`;
    }
    if (array.dtype !== "float32") return `${key} holds ${array.dtype}, not floating point`;
  }
  const extra = Object.keys(weights).filter((key) => !(key in shapes));
  return extra.length > 0 ? `the model has no place for ${list(extra, 3)}` : undefined;
}

/** @throws UserError naming the first mismatch between an adapter and the model it is put on */
export function checkAdapter(where: string, adapter: Adapter, config: ClipConfig): void {
  const fault = mismatch(adapter.weights, adapterShapes(config, adapter.config));
  if (fault) {
    throw new UserError(
      `${where} was made for another model: ${fault}. Use the model that it was trained on.`,
    );
  }
}

async function checkDirectory(dir: string): Promise<void> {
  if (!(await exists(dir))) throw new UserError(`Adapter directory ${dir} does not exist.`);
  if (!(await exists(join(dir, configFile)))) {
    throw new UserError(
      `${dir} has no ${configFile}; an adapter directory is what PEFT or this project saves.`,
    );
  }
  if (await exists(join(dir, weightsFile))) return;
  const pickled = await exists(join(dir, "adapter_model.bin"));
  const hint = pickled ? ", only adapter_model.bin; save it again as safetensors" : "";
  throw new UserError(`${dir} has no ${weightsFile}${hint}.`);
}

/** `lora_A` of layer 0 and so on, without PEFT's prefix and its `base_layer` before an adapted layer's bias. */
function strip(where: string, tensors: Arrays): Arrays {
  return Object.fromEntries(
    Object.entries(tensors).map(([key, array]) => {
      if (key.startsWith(prefix))
        return [key.slice(prefix.length).replace(baseBias, ".bias"), array];
      throw new UserError(
        `${where}: ${key} does not start with ${prefix}; it is not a PEFT adapter.`,
      );
    }),
  );
}

/**
 * Reads a PEFT LoRA adapter directory for `model`. Unknown settings are warned of, as PEFT does.
 *
 * @throws UserError when files are missing or broken, a setting is not supported, or the adapter
 *   belongs to another model
 */
export async function loadAdapter(
  dir: string,
  model: { readonly config: ClipConfig },
): Promise<Adapter> {
  await checkDirectory(dir);
  const where = join(dir, configFile);
  const { config, unknownKeys } = parseAdapterConfig(await readJson(where), where);
  if (unknownKeys.length > 0) {
    process.emitWarning(`${where}: ignoring unknown settings ${list(unknownKeys)}.`);
  }
  const file = join(dir, weightsFile);
  const { tensors, metadata } = await readSafetensors(file);
  const logScale = metadata["logit_scale"];
  const adapter: Adapter = {
    config,
    weights: strip(file, tensors),
    ...(logScale !== undefined && { logitScale: Math.exp(Number(logScale)) }),
  };
  checkAdapter(dir, adapter, model.config);
  return adapter;
}

/** PEFT keeps an adapted layer's own bias inside the wrapped layer. */
function peftKey(key: string, weights: Arrays): string {
  const path = key.slice(0, -".bias".length);
  const wrapped = key.endsWith(".bias") && `${path}.lora_A.weight` in weights;
  return `${prefix}${wrapped ? `${path}${baseBias}` : key}`;
}

export interface SaveAdapterOptions {
  /** Name or path of the model it was trained on, for `base_model_name_or_path`. */
  readonly baseModel?: string;
}

/**
 * Writes an adapter directory that PEFT loads. Each file is replaced atomically, the configuration
 * last: a directory without it is not an adapter. PEFT has no place for the temperature, so it goes
 * into the metadata of the safetensors file, as the logarithm that checkpoints call `logit_scale`.
 */
export async function saveAdapter(
  dir: string,
  adapter: Adapter,
  { baseModel }: SaveAdapterOptions = {},
): Promise<void> {
  await makeDirectory(dir);
  const arrays = Object.fromEntries(
    Object.entries(adapter.weights).map(([key, array]) => [peftKey(key, adapter.weights), array]),
  );
  const { logitScale } = adapter;
  const metadata = {
    format: "pt",
    ...(logitScale !== undefined && { logit_scale: String(Math.log(logitScale)) }),
  };
  await writeSafetensors(join(dir, weightsFile), arrays, { metadata });
  await writeJson(join(dir, configFile), adapterConfigJson(adapter.config, baseModel ?? null));
}

/** The scale of every adapted module, by path: what `LoraForward.scales` takes. */
export function adapterScales(config: ClipConfig, lora: LoraConfig): Record<string, number> {
  return Object.fromEntries(
    Object.entries(loraSites(config, lora)).map(([path, { scale }]) => [path, scale]),
  );
}
