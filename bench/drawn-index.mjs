// What the benchmarks of the page serve: an index of drawings, and the server.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createEncoder, loadModel, preprocessImage } from "@cliptune/clip";
import { tinyModelDir } from "@cliptune/data";
import { createEngine } from "@cliptune/engine";
import { createIndexWriter } from "@cliptune/index";
import sharp from "sharp";
import { rootDir } from "../scripts/run-step.mjs";
import { seededNumbers } from "./seeded-numbers.mjs";

export const colours = "red orange gold yellow green teal blue navy purple black".split(" ");
export const shapes = {
  circle: '<circle cx="80" cy="80" r="60"/>',
  square: '<path d="M25 25h110v110H25z"/>',
  triangle: '<path d="M80 20 140 130H20z"/>',
  diamond: '<path d="M80 15 145 80 80 145 15 80z"/>',
  bar: '<path d="M15 60h130v40H15z"/>',
};

/** Drawings that are encoded, and around each of them vectors from near-duplicates to mere likeness. */
export async function writeDrawnIndex(index, pictures) {
  const engine = await createEngine("auto");
  const model = await loadModel(tinyModelDir);
  const encoder = await createEncoder(engine, model);
  const { dimension, fingerprint } = encoder;
  const reference = { name: "tiny", path: tinyModelDir };
  const writer = await createIndexWriter({ dir: index, dimension, fingerprint, model: reference });
  const drawings = 10 * colours.length * Object.keys(shapes).length;
  const random = seededNumbers(1);
  for (let drawing = 0; drawing < Math.min(drawings, pictures); drawing++) {
    const { title, image, thumbnail, fields } = await draw(drawing);
    const vector = await encoder.encodeImages(await preprocessImage(image, model.preprocessing), 1);
    for (let i = drawing; i < pictures; i += drawings) {
      const item = { id: `${i}`, title: `${title} ${i}`, fields: { drawing, ...fields } };
      await writer.add(item, i === drawing ? vector : near(vector, random), thumbnail);
    }
  }
  await writer.commit();
  await encoder.dispose();
  await engine.dispose();
}

async function draw(drawing) {
  const colour = colours[drawing % colours.length];
  const [shape, body] = Object.entries(shapes)[Math.floor(drawing / colours.length) % 5];
  const turn = 7 * Math.floor(drawing / (5 * colours.length));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="160" height="160" fill="${colour}"><path fill="#fff" d="M0 0h160v160H0z"/><g transform="rotate(${turn} 80 80) scale(${1 - turn / 200})">${body}</g></svg>`;
  const image = await sharp(Buffer.from(svg)).png().toBuffer();
  const fields = { colour, shape };
  return {
    title: `${colour} ${shape}`,
    fields,
    image,
    thumbnail: await sharp(image).webp().toBuffer(),
  };
}

/** A unit vector whose cosine with `vector` is from 0.8 to 1. */
function near(vector, random) {
  const reach = (0.75 * Math.abs(random())) / Math.sqrt(vector.length / 3); // random() has a variance of 1/3
  const moved = vector.map((value) => value + reach * random());
  const norm = Math.hypot(...moved);
  return moved.map((value) => value / norm);
}

/** A process of its own, so that asking takes no time of its event loop. */
export function serveIndex(index) {
  const cli = join(rootDir, "packages/cli/bin/cliptune.cjs");
  const child = spawn(process.execPath, [cli, "serve", "--index", index, "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((done) => child.once("close", done));
  return new Promise((done, fail) => {
    let printed = "";
    child.stdout.on("data", (text) => {
      printed += text;
      const url = /http:\/\/[\w.:[\]]+/.exec(printed)?.[0];
      if (url !== undefined) done({ child, ended, url });
    });
    ended.then((code) => fail(new Error(`cliptune serve ended with code ${code}`)));
  });
}
