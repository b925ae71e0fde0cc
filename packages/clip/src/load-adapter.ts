import { join } from "node:path";
import { type Arrays, UserError } from "@cliptune/engine";
import {
  type Adapter,
  baseBias,
  checkAdapter,
  configFile,
  prefix,
  weightsFile,
} from "./adapter.js";
import { parseAdapterConfig } from "./adapter-config.js";
import { exists, readJson } from "./files.js";
import type { ClipModel } from "./model.js";
import { pissaStart, pissaToLora } from "./pissa.js";
import { readSafetensors } from "./safetensors.js";
import { list } from "./weights.js";

async function checkDirectory(dir: string): Promise<void> {
  if (!(await exists(dir))) throw new UserError(`Adapter directory ${dir} does not exist.`);
  if (!(await exists(join(dir, configFile)))) {
    const inside = (await exists(join(dir, "best", configFile)))
      ? `give ${join(dir, "best")}, the adapter of this run`
      : "an adapter directory is what PEFT or this project saves";
    throw new UserError(`${dir} has no ${configFile}; ${inside}.`);
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

/** What an adapter is read for; its weights are asked for by adapters that were saved as PiSSA trains them. */
export type AdapterBase = Pick<ClipModel, "config"> & Partial<Pick<ClipModel, "weights">>;

/**
 * Reads a PEFT LoRA adapter directory for `model`. Unknown settings are warned of, as PEFT does. A PiSSA
 * adapter that was not converted when it was saved becomes plain LoRA of twice the rank, for the base as
 * it is: that decomposes the base's weights, which takes a while, as it does in PEFT.
 *
 * @throws UserError when files are missing or broken, a setting is not supported, or the adapter
 *   belongs to another model
 */
export async function loadAdapter(dir: string, model: AdapterBase): Promise<Adapter> {
  await checkDirectory(dir);
  const where = join(dir, configFile);
  const { config, unknownKeys, isPissa } = parseAdapterConfig(await readJson(where), where);
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
  return isPissa ? convertPissa(dir, adapter, model) : adapter;
}

function convertPissa(dir: string, adapter: Adapter, { config, weights }: AdapterBase): Adapter {
  if (!weights) {
    throw new UserError(
      `${dir} is a PiSSA adapter for a changed base; reading it needs the model's weights, not its configuration alone.`,
    );
  }
  return pissaToLora(adapter, pissaStart({ config, weights }, adapter.config, 0, true));
}
