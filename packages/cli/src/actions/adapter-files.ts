import { resolve } from "node:path";
import {
  type Adapter,
  type ClipModel,
  type CombineOptions,
  combineAdapters,
  inspectAdapter,
  loadAdapter,
  loadModel,
  mergeAdapter,
  saveAdapter,
  saveModel,
  scaleAdapter,
} from "@cliptune/clip";
import type { Answer } from "../command.js";
import { modelDirectory } from "../model-directory.js";

interface Source {
  readonly adapter: string;
  /** The model that it was trained on. */
  readonly model: string | undefined;
}

async function load({
  adapter,
  model: name,
}: Source): Promise<{ model: ClipModel; adapter: Adapter }> {
  const model = await loadModel(await modelDirectory(name));
  return { model, adapter: await loadAdapter(resolve(adapter), model) };
}

/** Every adapted layer with what the adapter does to it. */
export async function inspectOne(source: Source): Promise<Answer> {
  const { model, adapter } = await load(source);
  const layers = inspectAdapter(adapter, model.weights);
  const width = Math.max(...layers.map(({ path }) => path.length));
  const line = (path: string, ...cells: string[]) =>
    path.padEnd(width) + cells.map((cell) => cell.padStart(12)).join("");
  return {
    json: { config: adapter.config, logitScale: adapter.logitScale ?? null, layers },
    text: [
      line("layer", "rank", "scale", "‖ΔW‖", "‖ΔW‖/‖W‖", "eff. rank"),
      ...layers.map(({ path, rank, scale, norm, relativeNorm = 0, effectiveRank }) =>
        line(
          path,
          String(rank),
          scale.toFixed(2),
          norm.toFixed(3),
          relativeNorm.toFixed(4),
          effectiveRank.toFixed(1),
        ),
      ),
    ].join("\n"),
  };
}

export interface MergeOptions extends Source {
  readonly out: string;
  readonly strength: number;
}

/** A model directory whose weights hold the adapter. */
export async function mergeOne(options: MergeOptions): Promise<Answer> {
  const { model, adapter } = await load(options);
  const out = resolve(options.out);
  const weights = mergeAdapter(model.weights, adapter, options.strength);
  await saveModel({ ...model, weights }, out, { dtype: "float32" });
  return { json: { out }, text: `Merged at strength ${options.strength}: ${out}` };
}

export interface ScaleOptions extends Source {
  readonly out: string;
  readonly factor: number;
}

export async function scaleOne(options: ScaleOptions): Promise<Answer> {
  const { model, adapter } = await load(options);
  return save(scaleAdapter(adapter, options.factor), options.out, model);
}

export interface AddOptions {
  readonly parts: readonly { readonly adapter: string; readonly weight: number }[];
  readonly model: string | undefined;
  readonly out: string;
  readonly options: CombineOptions;
}

export async function addAll({ parts, model: name, out, options }: AddOptions): Promise<Answer> {
  const model = await loadModel(await modelDirectory(name));
  const loaded = await Promise.all(
    parts.map(async ({ adapter, weight }) => ({
      adapter: await loadAdapter(resolve(adapter), model),
      weight,
    })),
  );
  return save(combineAdapters(loaded, options), out, model);
}

async function save(adapter: Adapter, to: string, model: ClipModel): Promise<Answer> {
  const out = resolve(to);
  await saveAdapter(out, adapter, { baseModel: model.dir });
  const { rank } = adapter.config;
  return { json: { out, rank }, text: `Adapter of rank ${rank}: ${out}` };
}
