import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { saveModel } from "@cliptune/clip";
import { loadTrainModel, parseTrainConfig } from "@cliptune/trainer";
import sharp from "sharp";
import { rootDir } from "./source-files.js";

const colours = ["red", "green", "blue", "black", "orange", "purple"];
const shapes: Readonly<Record<string, string>> = {
  circle: '<circle cx="32" cy="32" r="24"/>',
  square: '<rect x="10" y="10" width="44" height="44"/>',
  triangle: '<path d="M32 6 58 56 6 56z"/>',
  cross: '<path d="M24 6h16v18h18v16H40v18H24V40H6V24h18z"/>',
  bar: '<rect x="4" y="24" width="56" height="16"/>',
  ring: '<path fill-rule="evenodd" d="M32 6a26 26 0 1 0 .1 0zM32 18a14 14 0 1 1-.1 0z"/>',
};

/** A folder of 36 drawn pictures, each titled by its colour and shape; its fields are the colour and the shape's letters. */
export async function drawPictures(dir: string): Promise<string> {
  mkdirSync(join(dir, "images"), { recursive: true });
  const lines: string[] = [];
  for (const colour of colours) {
    for (const [shape, drawing] of Object.entries(shapes)) {
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" fill="${colour}">${drawing}</svg>`;
      const name = `images/${colour}-${shape}.png`;
      await sharp(Buffer.from(svg)).flatten({ background: "white" }).png().toFile(join(dir, name));
      const fields = { colour, letters: shape.length };
      lines.push(JSON.stringify({ file_name: name, title: `${colour} ${shape}`, ...fields }));
    }
  }
  writeFileSync(join(dir, "metadata.jsonl"), `${lines.join("\n")}\n`);
  return dir;
}

/** Sizes of one tower, in Hugging Face's words. */
export interface Tower {
  readonly hidden_size: number;
  readonly num_hidden_layers: number;
}

/** A model of random weights with the embedded model's tokenizer, small enough to train in seconds. */
export async function randomModel(dir: string, tower: Tower): Promise<string> {
  const shipped = join(rootDir, "data/models/tiny");
  const architecture = join(dir, "architecture");
  mkdirSync(architecture, { recursive: true });
  for (const name of ["tokenizer.json", "preprocessor_config.json"]) {
    writeFileSync(join(architecture, name), readFileSync(join(shipped, name)));
  }
  const json = JSON.parse(readFileSync(join(shipped, "config.json"), "utf8"));
  const size = { ...tower, intermediate_size: 2 * tower.hidden_size, num_attention_heads: 2 };
  Object.assign(json, { projection_dim: tower.hidden_size });
  Object.assign(json.text_config, size);
  Object.assign(json.vision_config, size, { patch_size: 16 });
  writeFileSync(join(architecture, "config.json"), JSON.stringify(json));
  const config = parseTrainConfig({
    ...{ init: "random", mode: "full", architecture },
    data: { train: [{ path: "." }] },
  });
  const model = join(dir, "model");
  await saveModel(await loadTrainModel(config), model);
  return model;
}
