import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type ClipConfig,
  createTokenizer,
  defaultPreprocessing,
  initModel,
  presets,
  saveModel,
} from "@cliptune/clip";
import type { IndexItem } from "@cliptune/index";
import sharp from "sharp";
import tokenizerJson from "../../../data/models/tiny/tokenizer.json" with { type: "json" };
import { temporaryDir } from "./seeded.js";

const { tiny } = presets;
const small = { hiddenSize: 32, intermediateSize: 64, numHiddenLayers: 1, numAttentionHeads: 2 };

/** The tiny architecture made smaller, with the real tokenizer. */
export const config: ClipConfig = {
  ...tiny,
  projectionDim: 24,
  text: { ...tiny.text, ...small, vocabSize: Object.keys(tokenizerJson.model.vocab).length },
  vision: { ...tiny.vision, ...small, imageSize: 32, patchSize: 8 },
};

/** Writes a model directory with random weights. */
export async function writeModel(dir: string, seed: number): Promise<string> {
  const { maxPositionEmbeddings: contextLength, vocabSize } = config.text;
  const tokenizer = createTokenizer(tokenizerJson, { contextLength, vocabSize });
  const weights = initModel(config, seed);
  await saveModel({ config, weights, tokenizer, preprocessing: defaultPreprocessing(32) }, dir);
  return dir;
}

const kinds = ["circle", "square", "stripe"] as const;

/** An item whose picture is a file. */
export type Drawing = IndexItem & { readonly image: string };

/** Drawings that differ in shape, colour and size, as PNG files in `dir`. */
export async function drawPictures(dir: string, n: number): Promise<Drawing[]> {
  const items: Drawing[] = [];
  for (let i = 0; i < n; i++) {
    const kind = kinds[i % 3]!;
    const hue = (i * 47) % 360;
    const size = 20 + ((i * 13) % 60);
    const shape = {
      circle: `<circle cx="100" cy="60" r="${size / 2}"/>`,
      square: `<rect x="20" y="20" width="${size}" height="${size}"/>`,
      stripe: `<rect x="0" y="${size}" width="400" height="15"/>`,
    }[kind];
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="200"><rect width="400" height="200" fill="hsl(${(hue + 120) % 360} 40% 80%)"/><g fill="hsl(${hue} 90% 40%)">${shape}</g></svg>`;
    const image = join(dir, `${i}.png`);
    await writeFile(image, await sharp(Buffer.from(svg)).png().toBuffer());
    items.push({ id: `${kind}-${i}`, image, title: `${kind} number ${i}`, fields: { kind, hue } });
  }
  return items;
}

/** So many drawings in a folder of their own, and where in it an index may be made of them. */
export async function freshPictures(count: number) {
  const root = await temporaryDir();
  return { root, dir: join(root, "index"), items: await drawPictures(root, count) };
}
