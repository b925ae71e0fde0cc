import { join } from "node:path";
import {
  type Adapter,
  loadAdapter,
  mergeAdapter,
  pissaFromLora,
  pissaToLora,
  readSafetensors,
  saveAdapter,
  saveModel,
} from "@cliptune/clip";
import type { Arrays } from "@cliptune/engine";
import { readAverages } from "./averages.js";
import { adapterNames, gradientPrefix, type Trainable } from "./trainable.js";

/** Whether what is trained fits into a PEFT adapter: no tower is trained whole. */
export const isAdapter = ({ lora, tuning }: Trainable): boolean =>
  lora !== undefined && tuning.full.length === 0;

/** Parameters that `model.safetensors` holds. */
const modelNames = (trainable: Trainable): string[] => {
  const inAdapter = new Set(adapterNames(trainable));
  return trainable.names.filter((name) => !inAdapter.has(name) && name in trainable.model.weights);
};

type Averaged = Pick<SaveOptions, "averaged">;

async function read(
  { state }: Trainable,
  names: readonly string[],
  { averaged }: Averaged,
): Promise<Arrays> {
  if (names.length === 0) return {};
  return averaged ? readAverages(state, names) : state.read(names);
}

/** The adapter as it is saved; PiSSA's as plain LoRA, a trained temperature beside it. */
async function readAdapter(trainable: Trainable, options: Averaged = {}): Promise<Adapter> {
  const { lora, names } = trainable;
  const weights = await read(trainable, adapterNames(trainable), options);
  const scale = names.includes("logit_scale")
    ? (await read(trainable, ["logit_scale"], options))["logit_scale"]!.data[0]!
    : undefined;
  const adapter: Adapter = {
    config: lora!.config,
    weights,
    ...(scale !== undefined && { logitScale: Math.exp(scale) }),
  };
  return lora!.start ? pissaToLora(adapter, lora!.start) : adapter;
}

async function readModel(trainable: Trainable, options: Averaged = {}): Promise<Arrays> {
  const own = await read(trainable, modelNames(trainable), options);
  return { ...trainable.model.weights, ...own };
}

export interface SaveOptions {
  readonly dtype?: "float32" | "float16";
  /** Multiplier on the adapter where it is merged into a model. */
  readonly strength?: number;
  /** The averages of the parameters, which `ema` keeps, instead of the parameters. */
  readonly averaged?: boolean;
}

/**
 * Writes what a run is for: a PEFT adapter where nothing but an adapter is trained, else a Hugging Face
 * model directory with the adapter, if there is one, merged into it.
 */
export async function saveWeights(
  dir: string,
  trainable: Trainable,
  { dtype = "float32", strength = 1, averaged = false }: SaveOptions = {},
): Promise<void> {
  const { model } = trainable;
  if (isAdapter(trainable)) {
    return saveAdapter(dir, await readAdapter(trainable, { averaged }), { baseModel: model.dir });
  }
  const weights = await readModel(trainable, { averaged });
  const merged = trainable.lora
    ? mergeAdapter(weights, await readAdapter(trainable, { averaged }), strength)
    : weights;
  await saveModel({ ...model, weights: merged }, dir, { dtype });
}

/** Writes the parameters so that training can go on from them: an adapter, a model, or both unmerged. */
export async function saveParameters(dir: string, trainable: Trainable): Promise<void> {
  const { model, lora } = trainable;
  if (lora) await saveAdapter(dir, await readAdapter(trainable), { baseModel: model.dir });
  if (!isAdapter(trainable)) {
    await saveModel({ ...model, weights: await readModel(trainable) }, dir);
  }
}

/** What {@link saveParameters} wrote, under the names of the state. */
export async function loadParameters(dir: string, trainable: Trainable): Promise<Arrays> {
  const { lora, model } = trainable;
  const adapter = lora ? await loadSavedAdapter(dir, trainable) : {};
  if (isAdapter(trainable)) return adapter;
  const { tensors } = await readSafetensors(join(dir, "model.safetensors"));
  const own = modelNames(trainable).map((name) => [name, tensors[name] ?? model.weights[name]!]);
  return { ...adapter, ...Object.fromEntries(own) };
}

async function loadSavedAdapter(dir: string, { lora, model }: Trainable): Promise<Arrays> {
  const { weights } = await loadAdapter(dir, model);
  return lora!.start ? pissaFromLora(weights, lora!.start) : weights;
}

/**
 * All else that a resumed run needs: the optimizer's moments, the averages of `ema`, and what has no place in an adapter or a
 * model (in PEFT's files, a temperature is rounded by its logarithm).
 */
export function readMoments(trainable: Trainable): Promise<Arrays> {
  const kept = [...adapterNames(trainable), ...(isAdapter(trainable) ? [] : modelNames(trainable))];
  const saved = new Set(kept);
  return trainable.state.read(
    Object.keys(trainable.state.specs).filter(
      (name) => !saved.has(name) && !name.startsWith(gradientPrefix),
    ),
  );
}
