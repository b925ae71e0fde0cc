// `npm run bench:train`: pairs a second of training from 1280 × 720 JPEG files, with nothing decoded yet and with all
// decoded, against the step alone; and how much of the time the engine computes.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  defaultPreprocessing,
  initModel,
  loadModel,
  presetConfig,
  seededRandom,
} from "@cliptune/clip";
import { createEngine } from "@cliptune/engine";
import { parseTrainConfig, readMetrics, train } from "@cliptune/trainer";
import sharp from "sharp";
import { rootDir } from "../scripts/run-step.mjs";

/** Steps in an epoch are enough for a cold one to settle; the first also compiles and is left out. */
const worlds = {
  tiny: { batchSize: 64, stepsPerEpoch: 10 },
  b32: { batchSize: 8, stepsPerEpoch: 5 },
};

const { world, json } = readFlags();
const { batchSize, stepsPerEpoch } = worlds[world];
const dir = await mkdtemp(join(tmpdir(), "cliptune-bench-"));
try {
  await writeThumbnails(dir, batchSize * stepsPerEpoch);
  const steps = await trainTwoEpochs();
  const [cold, warm] = [steps.slice(1, stepsPerEpoch), steps.slice(stepsPerEpoch)];
  const compute = median(warm.map(({ computeSeconds }) => computeSeconds));
  const result = {
    world,
    batchSize,
    cold: pace(cold),
    warm: pace(warm),
    stepAlone: round(batchSize / compute),
    busyCold: busy(cold),
    busyWarm: busy(warm),
    cores: cpus().length,
    node: process.version,
  };
  if (json) console.log(JSON.stringify(result));
  else {
    console.log(
      `${world}: ${result.cold} pairs/s decoding every picture (computing ${percent(result.busyCold)} of the time), ${result.warm} with all decoded (${percent(result.busyWarm)}); the step alone ${result.stepAlone}`,
    );
  }
} finally {
  await rm(dir, { recursive: true, force: true });
}

async function trainTwoEpochs() {
  const engine = await createEngine("auto");
  const outDir = join(dir, "run");
  const config = parseTrainConfig({
    data: { train: [{ path: dir }] },
    batchSize,
    steps: 2 * stepsPerEpoch,
    checkpoint: { every: 1_000_000 },
  });
  await train(config, { outDir, engine, model: await loadWorld() });
  await engine.dispose();
  return (await readMetrics(join(outDir, "metrics.jsonl"))).filter(({ type }) => type === "step");
}

/** ViT-B/32 has random weights here, and the small model's vocabulary. */
async function loadWorld() {
  const tiny = await loadModel(join(rootDir, "data/models/tiny"));
  if (world === "tiny") return tiny;
  const config = presetConfig("clip-vit-base-patch32");
  const preprocessing = defaultPreprocessing(config.vision.imageSize);
  return { ...tiny, config, preprocessing, weights: initModel(config, 0), fingerprint: "bench" };
}

/** Sixteen drawings of noise and shapes; a comment of its own makes each file another one. */
async function writeThumbnails(dir, count) {
  const random = seededRandom(0, "thumbnails");
  const drawings = [];
  for (let i = 0; i < 16; i++) drawings.push(await drawing(random));
  const lines = [];
  for (let i = 0; i < count; i++) {
    const jpeg = drawings[i % drawings.length];
    const comment = Buffer.from([0xff, 0xfe, 0, 6, ...Buffer.from(String(i).padStart(4, "0"))]);
    await writeFile(
      join(dir, `${i}.jpg`),
      Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)]),
    );
    lines.push(JSON.stringify({ file_name: `${i}.jpg`, title: `thumbnail number ${i}` }));
  }
  await writeFile(join(dir, "metadata.jsonl"), `${lines.join("\n")}\n`);
}

async function drawing(random) {
  const draw = (most) => Math.floor(random() * most);
  const [width, height] = [1280, 720];
  const shapes = Array.from({ length: 40 }, () => {
    const fill = `rgb(${draw(256)},${draw(256)},${draw(256)})`;
    return `<ellipse cx="${draw(width)}" cy="${draw(height)}" rx="${20 + draw(200)}" ry="${20 + draw(200)}" fill="${fill}" opacity=".7"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shapes.join("")}</svg>`;
  const noise = { type: "gaussian", mean: 128, sigma: 12 };
  const create = { width, height, channels: 3, background: "#808080", noise };
  const input = await sharp({ create }).png().toBuffer();
  return sharp(Buffer.from(svg))
    .composite([{ input, blend: "soft-light" }])
    .flatten({ background: "#fff" })
    .jpeg({ quality: 85 })
    .toBuffer();
}

/** Whole time of the steps, decoding and waiting included. */
function pace(steps) {
  const seconds = steps.reduce((sum, step) => sum + step.waitSeconds + step.computeSeconds, 0);
  return round((steps.length * batchSize) / seconds);
}

function busy(steps) {
  const sum = (key) => steps.reduce((total, step) => total + step[key], 0);
  return sum("computeSeconds") / (sum("computeSeconds") + sum("waitSeconds"));
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

function round(value) {
  return Math.round(value * 10) / 10;
}

function percent(share) {
  return `${(100 * share).toFixed(0)} %`;
}

function readFlags() {
  const options = {
    world: { type: "string", default: "tiny" },
    json: { type: "boolean", default: false },
  };
  try {
    const { values } = parseArgs({ options });
    if (!Object.hasOwn(worlds, values.world)) throw new Error(`--world must be tiny or b32`);
    return values;
  } catch (error) {
    console.error(`error: ${error.message}`);
    console.error("usage: npm run bench:train [-- --world tiny|b32] [-- --json]");
    process.exit(2);
  }
}
