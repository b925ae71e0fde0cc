// `node bench/index-build.mjs`: pictures a second of an index build, from JPEG files of 1280 × 720 and of 320 × 180, against
// the encoder alone on pictures that are decoded already, and what the cores can do at all. Rates are a quiet machine's: other
// programs slow the encoder by the clock and leave the ceiling where it is. Milliseconds of one core hold on a busy one too.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  createEncoderThread,
  defaultPreprocessing,
  initModel,
  loadModel,
  presetConfig,
  saveModel,
  seededRandom,
} from "@cliptune/clip";
import { buildIndex } from "@cliptune/index";
import sharp from "sharp";
import { readPicture } from "../packages/index/dist/read-picture.js";
import { rootDir } from "../scripts/run-step.mjs";

const { world, count, threads, spin, json } = readFlags();
const cores = availableParallelism();
const dir = await mkdtemp(join(tmpdir(), "cliptune-bench-"));
const batch = 32;
const sizes = [
  [1280, 720],
  [320, 180],
];
try {
  const model = await loadWorld();
  const engineOptions = { spin, ...(threads !== undefined && { threads }) };
  const encoder = createEncoderThread(model, { engine: "onnx-cpu", engineOptions });
  const side = encoder.imageSize;
  const pixels = new Uint8Array(batch * side * side * 3).fill(100);
  const { preprocessing } = model;
  await encoder.encodeImages(pixels, batch); // compiles
  const told = { world, cpu: cpus()[0].model, cores, node: process.version, count };
  for (const [width, height] of sizes) {
    const items = await writePictures(count, { width, height });
    await build("warm-up", items.slice(0, 2 * batch)); // programs that a build needs besides
    const alone = [await encoderAlone()];
    const whole = [];
    for (let round = 0; round < 2; round++) {
      whole.push(await build(`round-${round}`, items));
      alone.push(await encoderAlone());
    }
    const prepared = await prepareAlone(items);
    const rate = mean(whole, "picturesPerSecond");
    const encoderRate = mean(alone, "picturesPerSecond");
    const parts = mean(alone, "processorMs") + prepared.processorMs;
    const result = {
      ...{ ...told, width, height },
      picturesPerSecond: round(rate),
      encoderAlone: round(encoderRate),
      share: round(rate / encoderRate),
      /** All cores busy with nothing but encoding, decoding and thumbnails. */
      ceiling: round(Math.min(1, (1000 * cores) / parts / encoderRate)),
      processorMs: round(mean(whole, "processorMs")),
      encoderProcessorMs: round(mean(alone, "processorMs")),
      preparingProcessorMs: round(prepared.processorMs),
    };
    if (json) console.log(JSON.stringify(result));
    else {
      const percent = (value) => `${Math.round(100 * value)} %`;
      console.log(
        `${world}, ${width} × ${height}: ${result.picturesPerSecond} pictures/s, ${percent(result.share)} of the encoder alone (${result.encoderAlone}), where ${percent(result.ceiling)} is what ${cores} cores can do at all; a picture takes ${result.processorMs} ms of one core, ${result.preparingProcessorMs} of them to decode it and make its thumbnail, ${result.encoderProcessorMs} in the encoder`,
      );
    }
  }
  await encoder.dispose();

  async function build(name, given) {
    const started = performance.now();
    const busy = processorTime();
    let spent = 0;
    let encoded = 0; // until the last picture is encoded: the graph's end is no encoder's work
    await buildIndex({
      ...{ items: given, encoder, preprocessing, dir: join(dir, name), model: { path: model.dir } },
      onProgress: ({ done }) => {
        if (done < given.length) return;
        encoded = performance.now();
        spent = processorTime() - busy;
      },
    });
    const picturesPerSecond = (1000 * given.length) / (encoded - started);
    return { picturesPerSecond, processorMs: (1000 * spent) / given.length };
  }

  async function encoderAlone() {
    const rounds = Math.ceil(count / batch);
    const started = performance.now();
    const busy = processorTime();
    for (let i = 0; i < rounds; i++) await encoder.encodeImages(pixels, batch);
    const spent = processorTime() - busy;
    const picturesPerSecond = (1000 * rounds * batch) / (performance.now() - started);
    return { picturesPerSecond, processorMs: (1000 * spent) / (rounds * batch) };
  }

  /** Reading, decoding and thumbnails, as many at once as there are cores. */
  async function prepareAlone(items) {
    const busy = processorTime();
    const left = [...items];
    const worker = async () => {
      for (let item = left.pop(); item; item = left.pop()) await readPicture(item, preprocessing);
    };
    await Promise.all(Array.from({ length: cores }, worker));
    return { processorMs: (1000 * (processorTime() - busy)) / items.length };
  }
} finally {
  await rm(dir, { recursive: true, force: true });
}

/** Seconds of one core so far, all threads: what other processes do counts little. */
function processorTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** ViT-B/32 has random weights here, and the small model's vocabulary. */
async function loadWorld() {
  const tiny = await loadModel(join(rootDir, "data/models/tiny"));
  if (world === "tiny") return tiny;
  const config = presetConfig("clip-vit-base-patch32");
  const preprocessing = defaultPreprocessing(config.vision.imageSize);
  const path = join(dir, "model");
  await saveModel({ ...tiny, config, preprocessing, weights: initModel(config, 0) }, path);
  return loadModel(path);
}

/** Pictures with detail at every scale, the finer the fainter, as photographs have: amplitudes go with 1/f. */
async function writePictures(n, { width, height }) {
  const field = await drawField({ width: 2 * width, height: 2 * height });
  const random = seededRandom(2);
  const items = [];
  for (let i = 0; i < n; i++) {
    const image = join(dir, `${width}-${i}.jpg`);
    const left = Math.floor(random() * width);
    const top = Math.floor(random() * height);
    const part = sharp(field, { raw: { width: 2 * width, height: 2 * height, channels: 3 } });
    const cut = part.extract({ left, top, width, height });
    await writeFile(image, await cut.jpeg({ quality: 85 }).toBuffer());
    items.push({ id: String(i), image, title: "" });
  }
  return items;
}

/** `[height, width, 3]` */
async function drawField({ width, height }) {
  const random = seededRandom(1);
  const sum = new Float32Array(width * height * 3);
  for (let across = 4; across <= width; across *= 2) {
    const size = { width: across, height: Math.max(2, Math.round((across * height) / width)) };
    const noise = Uint8Array.from({ length: size.width * size.height * 3 }, () => random() * 256);
    const raw = sharp(noise, { raw: { ...size, channels: 3 } });
    const octave = await raw.resize(width, height, { fit: "fill" }).raw().toBuffer();
    for (let i = 0; i < sum.length; i++) sum[i] += (octave[i] - 128) * (4 / across);
  }
  return Uint8Array.from(sum, (value) => Math.max(0, Math.min(255, 128 + value)));
}

function mean(measured, name) {
  return measured.reduce((sum, each) => sum + each[name], 0) / measured.length;
}

function round(value) {
  return Math.round(100 * value) / 100;
}

function readFlags() {
  const { values } = parseArgs({
    options: {
      world: { type: "string", default: "tiny" },
      count: { type: "string", default: "640" },
      threads: { type: "string" }, // of the encoder; one a core unless given
      spin: { type: "boolean", default: false }, // as an engine without other work beside it does
      json: { type: "boolean", default: false },
    },
  });
  if (values.world === "tiny" || values.world === "b32") {
    const threads = values.threads === undefined ? undefined : Number(values.threads);
    return { ...values, count: Number(values.count), threads };
  }
  console.error(
    "usage: node bench/index-build.mjs [--world tiny|b32] [--count N] [--threads N] [--spin] [--json]",
  );
  process.exit(2);
}
