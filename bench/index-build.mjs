// `node bench/index-build.mjs`: pictures a second of an index build, from 1280 × 720 JPEG files, against the encoder
// alone on pictures that are decoded already; and for how long the JavaScript thread is held up meanwhile.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";
import {
  createEncoder,
  createEncoderThread,
  defaultPreprocessing,
  initModel,
  loadModel,
  presetConfig,
  saveModel,
  seededRandom,
} from "@cliptune/clip";
import { createEngine } from "@cliptune/engine";
import { buildIndex } from "@cliptune/index";
import sharp from "sharp";
import { rootDir } from "../scripts/run-step.mjs";

const { world, count, here, json } = readFlags();
const dir = await mkdtemp(join(tmpdir(), "cliptune-bench-"));
const batch = 32;
try {
  const items = await writePictures(count);
  const engine = await createEngine("auto");
  const model = await loadWorld();
  const encoder = here ? await createEncoder(engine, model) : createEncoderThread(model);
  const side = encoder.imageSize;
  const pixels = new Uint8Array(batch * side * side * 3).fill(100);
  await encoder.encodeImages(pixels, batch); // compiles
  await build("warm-up", items.slice(0, 2 * batch)); // and the programs that a build needs besides
  const alone = [await encoderAlone()];
  const whole = [];
  for (let round = 0; round < 2; round++) {
    whole.push(await build(`round-${round}`, items));
    alone.push(await encoderAlone());
  }
  const cold = await coldStart(model, items.slice(0, 2 * batch));
  const encoderRate = mean(alone.map(({ picturesPerSecond }) => picturesPerSecond));
  const rate = mean(whole.map(({ picturesPerSecond }) => picturesPerSecond));
  const milliseconds = (of) => mean(of.map(({ processorMs }) => processorMs));
  const result = {
    ...{ world, count, cpu: cpus()[0].model, cores: cpus().length, node: process.version },
    picturesPerSecond: round(rate),
    encoderAlone: round(encoderRate),
    share: round(rate / encoderRate),
    processorMs: round(milliseconds(whole)),
    encoderProcessorMs: round(milliseconds(alone)),
    delays: whole[1].delays,
    coldDelays: cold.delays,
  };
  if (json) console.log(JSON.stringify(result));
  else {
    const { p99, max } = result.delays;
    console.log(
      `${world}: ${result.picturesPerSecond} pictures/s, the encoder alone ${result.encoderAlone} (${Math.round(100 * result.share)} %); a picture takes ${result.processorMs} ms of one core, ${result.encoderProcessorMs} of them in the encoder; the JavaScript thread waits ${p99} ms at the 99th percentile, at most ${max} (${result.coldDelays.max} in a process's first build)`,
    );
  }
  await encoder.dispose();
  await engine.dispose();

  async function build(name, given) {
    return watched(async () => {
      const started = performance.now();
      const busy = processorTime();
      let spent = 0;
      let encoded = 0; // until the last picture is encoded: the graph's end is no encoder's work
      await buildIndex({
        ...{ items: given, encoder, preprocessing: model.preprocessing, dir: join(dir, name) },
        model: { path: dir },
        onProgress: ({ done }) => {
          if (done < given.length) return;
          encoded = performance.now();
          spent = processorTime() - busy;
        },
      });
      const picturesPerSecond = (1000 * given.length) / (encoded - started);
      return { picturesPerSecond, processorMs: (1000 * spent) / given.length };
    });
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
} finally {
  await rm(dir, { recursive: true, force: true });
}

/** Seconds of one core so far, all threads: what other processes do counts little. */
function processorTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** With an engine and an encoder that nothing has been compiled for. */
async function coldStart(model, items) {
  return watched(async () => {
    const engine = await createEngine("auto");
    const encoder = here ? await createEncoder(engine, model) : createEncoderThread(model);
    await buildIndex({
      ...{ items, encoder, preprocessing: model.preprocessing, dir: join(dir, "cold") },
      model: { path: dir },
    });
    await encoder.dispose();
    await engine.dispose();
    return {};
  });
}

/** Milliseconds by which timers came late while `work` ran. */
async function watched(work) {
  const monitor = monitorEventLoopDelay({ resolution: 1 });
  monitor.enable();
  const found = await work();
  monitor.disable();
  const milliseconds = (nanoseconds) => Math.round(nanoseconds / 1e5) / 10;
  const delays = { p99: milliseconds(monitor.percentile(99)), max: milliseconds(monitor.max) };
  return { ...found, delays };
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

/** Pictures with detail at every scale, as photographs have. */
async function writePictures(n) {
  const random = seededRandom(1);
  const items = [];
  for (let i = 0; i < n; i++) {
    const noise = Uint8Array.from({ length: 160 * 90 * 3 }, () => random() * 256);
    const image = join(dir, `${i}.jpg`);
    const raw = { width: 160, height: 90, channels: 3 };
    const bytes = await sharp(noise, { raw }).resize(1280, 720).jpeg({ quality: 85 }).toBuffer();
    await writeFile(image, bytes);
    items.push({ id: String(i), image, title: "" });
  }
  return items;
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function round(value) {
  return Math.round(100 * value) / 100;
}

function readFlags() {
  const { values } = parseArgs({
    options: {
      world: { type: "string", default: "tiny" },
      count: { type: "string", default: "320" },
      here: { type: "boolean", default: false }, // the encoder on the JavaScript thread
      json: { type: "boolean", default: false },
    },
  });
  if (values.world === "tiny" || values.world === "b32") {
    return { ...values, count: Number(values.count) };
  }
  console.error(
    "usage: node bench/index-build.mjs [--world tiny|b32] [--count N] [--here] [--json]",
  );
  process.exit(2);
}
