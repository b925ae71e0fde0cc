import { join } from "node:path";
import { type Arrays, UserError } from "@cliptune/engine";
import { adapterConfigJson } from "./adapter-config.js";
import type { ClipConfig } from "./config.js";
import { writeJson } from "./files.js";
import type { LoraConfig } from "./lora-config.js";
import { loraSites } from "./lora-sites.js";
import { makeDirectory } from "./make-directory.js";
import { replacedWeights } from "./replaced-weights.js";
import { writeSafetensors } from "./safetensors.js";
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

/** How PEFT's keys differ from the model's own names, and its files. */
export const baseBias = ".base_layer.bias";
export const prefix = "base_model.model.";
export const configFile = "adapter_config.json";
export const weightsFile = "adapter_model.safetensors";

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
