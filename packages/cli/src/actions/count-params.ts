import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ClipConfig, countParameters, parseConfig, presetConfig } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import type { Answer } from "../command.js";
import { modelDirectory } from "../model-directory.js";
import { UsageError } from "../usage-error.js";

export interface CountOptions {
  readonly preset: string | undefined;
  readonly model: string | undefined;
  readonly rank: number;
  readonly targets: string;
}

/** Counts what LoRA would train; reads the architecture only, no weights. */
export async function countParams({ preset, model, rank, targets }: CountOptions): Promise<Answer> {
  if (preset !== undefined && model !== undefined) {
    throw new UsageError("--preset and --model name two architectures: give one of them");
  }
  const config = preset === undefined ? await readArchitecture(model) : presetConfig(preset);
  const lora = { rank, alpha: rank, dropout: 0, targets: parseTargets(targets) };
  const count = countParameters(config, lora);
  const { trainable, total, percent } = count;
  return {
    json: count,
    text: `${grouped(trainable)} of ${grouped(total)} parameters are trained (${percent.toFixed(2)} %)`,
  };
}

/** Plain names with commas are a list of suffixes; anything else is a pattern over whole paths. */
function parseTargets(text: string): string | string[] {
  const isList = /^[\w.]+(\s*,\s*[\w.]+)*$/.test(text);
  return isList ? text.split(",").map((name) => name.trim()) : text;
}

async function readArchitecture(model: string | undefined): Promise<ClipConfig> {
  const path = join(await modelDirectory(model), "config.json");
  const text = await readFile(path, "utf8").catch(() => {
    throw new UserError(`${path} cannot be read; --model needs a Hugging Face model directory.`);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UserError(`${path} is not valid JSON; download the file again.`);
  }
  return parseConfig(json, path);
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
