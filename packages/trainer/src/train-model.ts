import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type ClipModel,
  createTokenizer,
  initModel,
  loadModel,
  parseConfig,
  parsePreprocessing,
} from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import type { TrainConfig } from "./config.js";

/**
 * The model that a configuration starts from: `model`, read from disk, or random weights in the shape
 * of `architecture`, a directory with config.json, tokenizer.json and preprocessor_config.json.
 *
 * @throws UserError naming the file that is missing or broken
 */
export async function loadTrainModel(config: TrainConfig): Promise<ClipModel> {
  const { init, architecture, model, seed } = config;
  return init === "random" ? randomModel(architecture!, seed) : loadModel(model);
}

async function randomModel(dir: string, seed: number): Promise<ClipModel> {
  const [config, tokenizer, preprocessing] = await Promise.all(
    ["config.json", "tokenizer.json", "preprocessor_config.json"].map((name) =>
      readJson(dir, name),
    ),
  );
  const clip = parseConfig(config!.json, config!.path);
  return {
    dir,
    config: clip,
    weights: initModel(clip, seed),
    tokenizer: createTokenizer(tokenizer!.json, {
      contextLength: clip.text.maxPositionEmbeddings,
      vocabSize: clip.text.vocabSize,
      where: tokenizer!.path,
    }),
    preprocessing: parsePreprocessing(
      preprocessing!.json,
      clip.vision.imageSize,
      preprocessing!.path,
    ),
    fingerprint: createHash("sha256")
      .update(JSON.stringify([config!.json, tokenizer!.json, preprocessing!.json, seed]))
      .digest("hex"),
  };
}

async function readJson(dir: string, name: string): Promise<{ path: string; json: unknown }> {
  const path = join(dir, name);
  try {
    return { path, json: JSON.parse(await readFile(path, "utf8")) };
  } catch (error) {
    throw new UserError(
      `${path} cannot be read (${(error as Error).message}); pre-training needs config.json, tokenizer.json and preprocessor_config.json in the architecture's directory.`,
    );
  }
}
