import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Arrays, UserError } from "@cliptune/engine";
import { type ClipConfig, configJson, parseConfig } from "./config.js";
import { exists, readJson, readJsonIfPresent, writeJson } from "./files.js";
import { makeDirectory } from "./make-directory.js";
import {
  defaultPreprocessing,
  type Preprocessing,
  parsePreprocessing,
  preprocessingJson,
} from "./preprocessing.js";
import { readSafetensors, writeSafetensors } from "./safetensors.js";
import { createTokenizer, missingTokenizer, type Tokenizer } from "./tokenizer.js";
import { checkWeights } from "./weights.js";

/** A CLIP model in memory. */
export interface ClipModel {
  readonly dir: string;
  readonly config: ClipConfig;
  /** float32, in Hugging Face's names and shapes. */
  readonly weights: Arrays;
  readonly tokenizer: Tokenizer;
  readonly preprocessing: Preprocessing;
  /** SHA-256 over the configuration, weights, tokenizer and preprocessing files, in hex. */
  readonly fingerprint: string;
}

const configFile = "config.json";
const weightsFile = "model.safetensors";
const shardsFile = "model.safetensors.index.json";
const tokenizerFile = "tokenizer.json";
const preprocessingFile = "preprocessor_config.json";

async function checkDirectory(dir: string): Promise<void> {
  if (!(await exists(dir))) throw new UserError(`Model directory ${dir} does not exist.`);
  if (!(await exists(join(dir, configFile)))) {
    throw new UserError(
      `${dir} has no ${configFile}; a model directory is what Hugging Face keeps.`,
    );
  }
}

/** One file, or the several that an index names. */
async function weightFiles(dir: string): Promise<string[]> {
  if (await exists(join(dir, weightsFile))) return [weightsFile];
  if (await exists(join(dir, shardsFile))) {
    const { weight_map: map } = (await readJson(join(dir, shardsFile))) as { weight_map?: object };
    return [...new Set(Object.values(map ?? {}) as string[])].sort();
  }
  const pickled = await exists(join(dir, "pytorch_model.bin"));
  const hint = pickled ? ", only pytorch_model.bin; convert it to safetensors" : "";
  throw new UserError(`${dir} has no ${weightsFile}${hint}.`);
}

async function readWeights(dir: string, files: readonly string[], config: ClipConfig) {
  const parts: Arrays[] = [];
  for (const file of files) parts.push((await readSafetensors(join(dir, file))).tensors);
  const where = files.length === 1 ? join(dir, files[0]!) : dir;
  return checkWeights(where, Object.assign({}, ...parts), config);
}

async function readTokenizer(dir: string, { text }: ClipConfig): Promise<Tokenizer> {
  const where = join(dir, tokenizerFile);
  const json = await readJsonIfPresent(where);
  const contextLength = text.maxPositionEmbeddings;
  if (json === undefined) return missingTokenizer(where, contextLength);
  await nextTurn(); // parsing took a while, and so does this
  return createTokenizer(json, { contextLength, vocabSize: text.vocabSize, where });
}

async function readPreprocessing(dir: string, { vision }: ClipConfig): Promise<Preprocessing> {
  const where = join(dir, preprocessingFile);
  const json = await readJsonIfPresent(where);
  if (json === undefined) return defaultPreprocessing(vision.imageSize);
  return parsePreprocessing(json, vision.imageSize, where);
}

async function fingerprintOf(dir: string, files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) {
    hash.update(`\0${file}\0`);
    if (!(await exists(join(dir, file)))) continue;
    for await (const chunk of createReadStream(join(dir, file), { highWaterMark: 1 << 20 })) {
      hash.update(chunk as Buffer);
    }
  }
  return hash.digest("hex");
}

/**
 * Reads a Hugging Face CLIP directory: `config.json` (everything it leaves out takes transformers'
 * default), `model.safetensors` (or its shards; half precision becomes float32), `tokenizer.json` and
 * `preprocessor_config.json`. Without the last, OpenAI's preprocessing at the model's size holds;
 * without a tokenizer the model still encodes pictures and token ids.
 *
 * @throws UserError naming the file and what is wrong with it: missing or unused weights, wrong shapes, …
 */
export async function loadModel(dir: string): Promise<ClipModel> {
  await checkDirectory(dir);
  const where = join(dir, configFile);
  const config = parseConfig(await readJson(where), where);
  const files = await weightFiles(dir);
  const tokenizer = await readTokenizer(dir, config);
  const preprocessing = await readPreprocessing(dir, config);
  const weights = await readWeights(dir, files, config);
  const hashed = [configFile, ...files, tokenizerFile, preprocessingFile];
  const fingerprint = await fingerprintOf(dir, hashed);
  return { dir, config, weights, tokenizer, preprocessing, fingerprint };
}

/** What a model directory is written from; the parts left out are those that `loadModel` can do without. */
export type SavedModel = Pick<ClipModel, "config" | "weights"> &
  Partial<Pick<ClipModel, "tokenizer" | "preprocessing">>;

export interface SaveModelOptions {
  /** `float16` halves the file; each weight is rounded to 11 significant bits. */
  readonly dtype?: "float32" | "float16";
}

/**
 * Writes a model directory that transformers loads. Each file is replaced atomically, `config.json`
 * last: a directory without it is not a model.
 *
 * @throws UserError when a weight is missing, or a file cannot be written
 */
export async function saveModel(
  model: SavedModel,
  dir: string,
  { dtype = "float32" }: SaveModelOptions = {},
): Promise<void> {
  const { config, tokenizer } = model;
  const preprocessing = model.preprocessing ?? defaultPreprocessing(config.vision.imageSize);
  const weights = checkWeights("The model", model.weights, config);
  await makeDirectory(dir);
  await writeSafetensors(join(dir, weightsFile), weights, { dtype });
  if (tokenizer?.json !== undefined) await writeJson(join(dir, tokenizerFile), tokenizer.json);
  await writeJson(join(dir, preprocessingFile), preprocessingJson(preprocessing));
  await writeJson(join(dir, configFile), { dtype, ...configJson(config) });
}
