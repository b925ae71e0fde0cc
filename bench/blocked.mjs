// `node bench/blocked.mjs --rows 10000,100000`: for how long the JavaScript thread is held up at most while an index
// is built, updated, opened and searched, with as many queries under way as `--at-once` says. Timers are looked at every
// millisecond (`monitorEventLoopDelay`), on a second thread that does nothing as well: what that one is held up is the
// machine's doing, not the index's.
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { crc32, deflateSync } from "node:zlib";
import { createEncoderThread, loadModel } from "@cliptune/clip";
import { buildIndex, openSearcher, updateIndex } from "@cliptune/index";
import { rootDir } from "../scripts/run-step.mjs";
import { seededNumbers } from "./seeded-numbers.mjs";

const requests = {
  text: (n) => ({ query: [{ text: `picture ${n}` }], k: 20 }),
  filter: (n) => ({ query: [{ text: `red ${n}` }], filter: [{ field: "year", min: 1950 }], k: 20 }),
  title: (n) => ({
    query: [{ text: `blue ${n}` }],
    filter: [{ field: "title", contains: "circle" }],
    k: 20,
  }),
  hybrid: (n) => ({ query: [{ text: `blue circle ${n}` }], hybrid: true, k: 20 }),
  group: (n) => ({ query: [{ text: `green ${n}` }], group: true, diversity: 0.3, k: 200 }),
  deep: (n) => ({ query: [{ text: `square ${n}` }], k: 2000 }),
};

const { sizes, queries, atOnce, json } = readFlags();
const model = await loadModel(join(rootDir, "data/models/tiny"));
const dir = await mkdtemp(join(tmpdir(), "cliptune-bench-"));
const results = [];
const idle = new Worker(
  `const { parentPort } = require("node:worker_threads");
   const monitor = require("node:perf_hooks").monitorEventLoopDelay({ resolution: 1 });
   monitor.enable();
   parentPort.on("message", () => {
     parentPort.postMessage(monitor.max);
     monitor.reset();
   });`,
  { eval: true },
);
/** How long the idle thread was held up since it was asked last, in nanoseconds. */
const idleDelay = () =>
  new Promise((done) => {
    idle.once("message", done);
    idle.postMessage("");
  });

try {
  for (const rows of sizes) results.push(...(await measure(rows, join(dir, `${rows}`))));
} finally {
  await idle.terminate();
  await rm(dir, { recursive: true, force: true });
}
const told = { cpu: cpus()[0].model, cores: cpus().length, node: process.version };
if (json) console.log(JSON.stringify({ ...told, results }));
else {
  for (const { rows, phase, seconds, p99, max, idle } of results) {
    console.log(
      `${rows} rows, ${phase}: held up ${max} ms at most, ${p99} ms at the 99th percentile (${seconds} s); a thread without work ${idle} ms at most`,
    );
  }
}

async function measure(rows, home) {
  const encoder = drawnEncoder(createEncoderThread(model, { engine: "onnx-cpu" }));
  const options = { dir: home, encoder, preprocessing: model.preprocessing };
  const found = [];
  const watch = async (phase, work) => {
    await idleDelay();
    const monitor = monitorEventLoopDelay({ resolution: 1 });
    monitor.enable();
    const started = performance.now();
    const result = await work();
    const seconds = Math.round((performance.now() - started) / 10) / 100;
    monitor.disable();
    const ms = (nanoseconds) => Math.round(nanoseconds / 1e5) / 10;
    const [p99, max] = [ms(monitor.percentile(99)), ms(monitor.max)];
    found.push({ rows, phase, seconds, p99, max, idle: ms(await idleDelay()) });
    console.error(found.at(-1));
    return result;
  };
  await watch("nothing", () => wait(5000));
  await watch("build", () =>
    buildIndex({ ...options, items: pictures(0, rows), model: { path: model.dir } }),
  );
  await watch("update", () => updateIndex({ ...options, items: pictures(rows / 20, rows) }));
  await encoder.dispose();
  const searcher = await watch("open", () => openSearcher(home));
  await watch("first search", () => searcher.searchText("red circle", 10));
  for (const [name, request] of Object.entries(requests)) {
    await watch(`search ${name}`, () => searchAll(searcher, request));
  }
  await watch("close", () => searcher.close());
  return found;
}

/** As many at once, until all are answered. */
async function searchAll(searcher, request) {
  let next = 0;
  const worker = async () => {
    while (next < queries) await searcher.search(request(next++));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** As many pictures as `count` says, from number `from` on. */
function* pictures(from, count) {
  const colours = ["red", "green", "blue"];
  const shapes = ["circle", "square"];
  for (let i = from; i < from + count; i++) {
    const title = `${colours[i % 3]} ${shapes[i % 2]} picture ${i}`;
    const fields = { year: 1900 + (i % 120), colour: colours[i % 3], place: `place ${i % 500}` };
    yield { id: String(i), title, fields, image: png(i) };
  }
}

/** A PNG of 8 x 8 pixels that no other number gives. */
function png(number) {
  const rows = Buffer.alloc(8 * 25);
  for (let y = 0; y < 8; y++) for (let x = 0; x < 24; x++) rows[25 * y + 1 + x] = 255;
  rows.writeUInt32LE((number * 2654435761) % 2 ** 32, 1);
  rows.writeUInt32LE(number, 76);
  const head = Buffer.from([0, 0, 0, 8, 0, 0, 0, 8, 8, 2, 0, 0, 0]);
  const parts = [
    ["IHDR", head],
    ["IDAT", deflateSync(rows, { level: 1 })],
    ["IEND", Buffer.alloc(0)],
  ];
  const chunks = parts.flatMap(([type, data]) => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(data.length);
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(crc32(body));
    return [size, body, crc];
  });
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...chunks]);
}

/** Texts are encoded; pictures become unit vectors in clusters, since what is measured is not the model. */
function drawnEncoder(encoder) {
  const { dimension } = encoder;
  const centres = Float32Array.from({ length: 1000 * dimension }, seededNumbers(1));
  const encodeImages = async (pixels, n) => {
    const size = pixels.length / n;
    const vectors = new Float32Array(n * dimension);
    for (let i = 0; i < n; i++) {
      const seed = crc32(pixels.subarray(i * size, (i + 1) * size));
      const next = seededNumbers(seed);
      const centre = (seed % 1000) * dimension;
      const row = vectors.subarray(i * dimension, (i + 1) * dimension);
      for (let d = 0; d < dimension; d++) row[d] = centres[centre + d] + 0.7 * next();
      const norm = Math.hypot(...row);
      for (let d = 0; d < dimension; d++) row[d] /= norm;
    }
    return vectors;
  };
  const { fingerprint, strength, logitScale, imageSize } = encoder;
  return { ...encoder, dimension, fingerprint, strength, logitScale, imageSize, encodeImages };
}

function readFlags() {
  const { values } = parseArgs({
    options: {
      rows: { type: "string", default: "10000,100000" },
      queries: { type: "string", default: "200" },
      "at-once": { type: "string", default: "8" },
      json: { type: "boolean", default: false },
    },
  });
  const sizes = values.rows.split(",").map(Number);
  return {
    ...{ sizes, queries: Number(values.queries), atOnce: Number(values["at-once"]) },
    json: values.json,
  };
}
