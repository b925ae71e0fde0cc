import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadTrainModel, parseTrainConfig, type TrainOptions } from "@cliptune/trainer";
import sharp from "sharp";
import { temporaryDir } from "../../../test/repository/temporary-dir.js";

const colors = ["red", "green", "blue", "orange", "purple", "black", "cyan", "yellow"];
const shapes = ["circle", "square", "bar", "triangle"];
const outlines: Record<string, string> = {
  circle: '<circle cx="16" cy="16" r="12"/>',
  square: '<rect x="6" y="6" width="20" height="20"/>',
  bar: '<rect x="2" y="12" width="28" height="8"/>',
  triangle: '<path d="M16 3 30 29H2z"/>',
};

export { temporaryDir };

/** 32 real PNG files, eight colours of four shapes, with a metadata.jsonl. */
export async function writePictures(dir: string): Promise<string> {
  await mkdir(join(dir, "images"), { recursive: true });
  const lines: string[] = [];
  for (const color of colors) {
    for (const shape of shapes) {
      const file = `images/${color}-${shape}.png`;
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32" fill="${color}">${outlines[shape]}</svg>`;
      await sharp(Buffer.from(svg)).png().toFile(join(dir, file));
      const title = `${color} ${shape}`;
      lines.push(
        JSON.stringify({ file_name: file, title, captions: [title, `a ${title}`], split: "train" }),
      );
    }
  }
  await writeFile(join(dir, "metadata.jsonl"), `${lines.join("\n")}\n`);
  return dir;
}

const words = ["<unk>", "<start>", "<end>", "a", ...colors, ...shapes];

const tokenizer = {
  version: "1.0",
  added_tokens: ["<start>", "<end>"].map((content, i) => ({
    id: i + 1,
    content,
    special: true,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
  })),
  normalizer: { type: "Lowercase" },
  pre_tokenizer: { type: "Whitespace" },
  decoder: null,
  post_processor: {
    type: "TemplateProcessing",
    single: [
      { SpecialToken: { id: "<start>", type_id: 0 } },
      { Sequence: { id: "A", type_id: 0 } },
      { SpecialToken: { id: "<end>", type_id: 0 } },
    ],
    pair: [],
    special_tokens: {
      "<start>": { id: "<start>", ids: [1], tokens: ["<start>"] },
      "<end>": { id: "<end>", ids: [2], tokens: ["<end>"] },
    },
  },
  model: {
    type: "WordLevel",
    unk_token: "<unk>",
    vocab: Object.fromEntries(words.map((word, i) => [word, i])),
  },
};

const tower = {
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 2,
};

/** Two layers of width 32, 16-pixel pictures: config, tokenizer and preprocessor files, no weights. */
export async function writeArchitecture(dir: string): Promise<string> {
  await mkdir(dir, { recursive: true });
  const config = {
    model_type: "clip",
    projection_dim: 16,
    text_config: {
      ...tower,
      vocab_size: words.length,
      max_position_embeddings: 8,
      eos_token_id: 2,
      bos_token_id: 1,
    },
    vision_config: { ...tower, image_size: 16, patch_size: 8 },
  };
  await writeFile(join(dir, "config.json"), JSON.stringify(config));
  await writeFile(join(dir, "tokenizer.json"), JSON.stringify(tokenizer));
  await writeFile(
    join(dir, "preprocessor_config.json"),
    JSON.stringify({
      size: 16,
      crop_size: 16,
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.5, 0.5, 0.5],
    }),
  );
  return dir;
}

/** Options with which a run stops after a step, as Ctrl-C does. */
export function stopAfter(step: number): Pick<TrainOptions, "signal" | "onEvent"> {
  const stop = new AbortController();
  return {
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type === "step" && event.step === step) stop.abort();
    },
  };
}

type Overrides = Record<string, unknown>;

/** Pictures, architecture, and functions that make configurations and the random model over them. */
export async function tinyWorld() {
  const dir = await temporaryDir();
  const pictures = await writePictures(join(dir, "pictures"));
  const architecture = await writeArchitecture(join(dir, "architecture"));
  const source = { path: pictures };
  const config = (overrides: Overrides = {}) =>
    parseTrainConfig({
      data: { train: [source], evaluate: { inDomain: source } },
      batchSize: 16,
      steps: 6,
      augment: { crop: [0.9, 1], jitter: 0.1 },
      lora: { rank: 4, alpha: 8 },
      ...overrides,
    });
  const full = (overrides: Overrides = {}) =>
    config({ mode: "full", init: "random", architecture, ...overrides });
  const model = await loadTrainModel(full());
  return { dir, pictures, architecture, config, full, model };
}
