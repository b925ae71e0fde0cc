import { access, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Adapter, type ClipModel, loadAdapter, loadModel } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import type { TrainConfig } from "@cliptune/trainer";
import type { ModelChoice } from "./model-choice.js";
import { modelDirectory } from "./model-directory.js";

/** A model in memory, with what was put on it. */
export interface LoadedModel {
  readonly model: ClipModel;
  readonly adapter?: Adapter;
  readonly strength: number;
  /** Of a run that trained a tower whole: what it began with. */
  readonly tunedFrom?: { readonly model: string } | "nothing";
  /** Where it came from, for the index's manifest and for messages. */
  readonly origin: ModelOrigin;
}

export interface ModelOrigin {
  readonly name: string;
  readonly path: string;
  readonly adapter?: string;
}

/** @throws UserError when files are missing or broken, the adapter belongs to another model, or a strength has none */
export async function loadChoice(choice: ModelChoice): Promise<LoadedModel> {
  const resolved: Resolved =
    choice.run === undefined ? choice : await readRun(choice.run, choice.strength);
  const { model: name = "tiny", adapter: adapterDir, strength = 1 } = resolved;
  const path = await modelDirectory(name);
  const model = await loadModel(path);
  if (adapterDir === undefined) {
    if (choice.strength !== undefined) {
      throw new UserError(
        "--strength multiplies an adapter's effect, and there is no adapter; give --run or --adapter too.",
      );
    }
    const { tunedFrom } = resolved;
    return { model, strength, ...(tunedFrom && { tunedFrom }), origin: { name, path } };
  }
  const adapter = await loadAdapter(resolve(adapterDir), model);
  return { model, adapter, strength, origin: { name, path, adapter: resolve(adapterDir) } };
}

type Resolved = ModelChoice & Pick<LoadedModel, "tunedFrom">;

/** What a run directory's config.json says of the model that the run ended with. */
async function readRun(run: string, strength: number | undefined): Promise<Resolved> {
  const path = join(resolve(run), "config.json");
  const text = await readFile(path, "utf8").catch(() => {
    throw new UserError(
      `${path} cannot be read; --run needs a directory that cliptune train wrote.`,
    );
  });
  const config = parseRun(path, text);
  const best = join(resolve(run), "best");
  // Where a tower is trained whole, the run ends in a model instead of an adapter.
  const adapted = await access(join(best, "adapter_config.json")).then(
    () => true,
    () => false,
  );
  if (!adapted && config.mode !== "lora") {
    if (strength !== undefined) throw new UserError(noAdapter(run));
    return {
      model: best,
      tunedFrom: config.init === "random" ? "nothing" : { model: config.model },
    };
  }
  return { model: config.model, adapter: best, strength: strength ?? config.lora.strength };
}

/** Of a run that ends in a model. */
export const noAdapter = (run: string): string =>
  `${run} holds no adapter, as a tower was trained whole; only an adapter has a strength.`;

function parseRun(path: string, text: string): TrainConfig {
  try {
    return JSON.parse(text) as TrainConfig; // written by the trainer
  } catch {
    throw new UserError(`${path} is not valid JSON; is it from another program, or cut short?`);
  }
}
