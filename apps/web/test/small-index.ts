import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createEncoder, initModel, loadModel, parseConfig, writeSafetensors } from "@cliptune/clip";
import { tinyModelDir } from "@cliptune/data";
import { createEngine } from "@cliptune/engine";
import { buildIndex, type IndexItem } from "@cliptune/index";
import sharp from "sharp";

/** Indexes a few pictures with a model directory, as `cliptune index build` does. */
export async function buildSmallIndex(
  dir: string,
  model: string,
  items: Iterable<IndexItem>,
): Promise<void> {
  const engine = await createEngine("auto");
  const clip = await loadModel(model);
  const encoder = await createEncoder(engine, clip);
  const { preprocessing } = clip;
  await buildIndex({ dir, items, encoder, preprocessing, model: { path: clip.dir } });
  await encoder.dispose();
  await engine.dispose();
}

/** The tiny CLIP with random weights: a real model, though one that knows nothing. */
export async function writeUntrainedModel(dir: string): Promise<string> {
  await cp(tinyModelDir, dir, { recursive: true });
  const config = parseConfig(JSON.parse(await readFile(join(dir, "config.json"), "utf8")));
  await writeSafetensors(join(dir, "model.safetensors"), initModel(config, 0));
  return dir;
}

const colours = ["red", "green", "blue", "gold", "purple", "black"];
const shapes: Readonly<Record<string, string>> = {
  circle: '<circle cx="48" cy="48" r="36"/>',
  square: '<rect x="14" y="14" width="68" height="68"/>',
  triangle: '<path d="M48 10 88 82H8z"/>',
};

/** 18 drawn pictures; the ids hold what an address must escape. */
export async function drawShapes(): Promise<IndexItem[]> {
  const pairs = colours.flatMap((colour) =>
    Object.entries(shapes).map((each) => [colour, ...each]),
  );
  return Promise.all(
    pairs.map(async ([colour, name, body]) => {
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96" fill="${colour}"><rect width="96" height="96" fill="#fff"/>${body}</svg>`;
      return {
        id: `shapes/${colour} ${name}?&#%.png`,
        image: await sharp(Buffer.from(svg)).png().toBuffer(),
        title: `${colour} ${name}`,
        fields: { colour: String(colour), sides: name === "triangle" ? 3 : 4 },
      };
    }),
  );
}

/** 90 drawn pictures, each shape in five sizes that are near-duplicates, with a field of every kind. */
export async function drawManyShapes(): Promise<IndexItem[]> {
  const kinds = colours.flatMap((colour) =>
    Object.entries(shapes).map((shape) => [colour, ...shape] as const),
  );
  const pairs = kinds.flatMap((kind) => [0, 1, 2, 3, 4].map((size) => ({ kind, size })));
  return Promise.all(
    pairs.map(async ({ kind: [colour, name, body], size }) => {
      const zoom = `translate(48 48) scale(${1 - 0.14 * size}) translate(-48 -48)`;
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96" fill="${colour}"><rect width="96" height="96" fill="#fff"/><g transform="${zoom}">${body}</g></svg>`;
      return {
        id: `${colour}-${name}-${size}.png`,
        image: await sharp(Buffer.from(svg)).png().toBuffer(),
        title: `${colour} ${name}`,
        fields: { colour, size, large: size < 2, drawn: `202${size}-05-01` },
      };
    }),
  );
}
