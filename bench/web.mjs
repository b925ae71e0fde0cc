// `node bench/web.mjs`: how long the search page's server takes to answer what the page asks (36 hits, near-duplicates
// folded), at 50 queries a second, each new to it, over 10,000 drawn pictures and the tiny model. Needs `npm run build`.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createEncoder, loadModel, preprocessImage } from "@cliptune/clip";
import { tinyModelDir } from "@cliptune/data";
import { createEngine } from "@cliptune/engine";
import { createIndexWriter } from "@cliptune/index";
import autocannon from "autocannon";
import sharp from "sharp";
import { rootDir } from "../scripts/run-step.mjs";

const { json, pictures, rate, seconds } = readFlags();
const warmUpSeconds = 5;
let asked = 0;
const colours = "red orange gold yellow green teal blue navy purple black".split(" ");
const shapes = {
  circle: '<circle cx="80" cy="80" r="60"/>',
  square: '<path d="M25 25h110v110H25z"/>',
  triangle: '<path d="M80 20 140 130H20z"/>',
  diamond: '<path d="M80 15 145 80 80 145 15 80z"/>',
  bar: '<path d="M15 60h130v40H15z"/>',
};

const dir = await mkdtemp(join(tmpdir(), "cliptune-bench-web-"));
let server;
const end = async () => {
  server?.child.kill("SIGINT");
  await server?.ended;
  await rm(dir, { recursive: true, force: true });
};
process.once("SIGINT", () => end().then(() => process.exit(130)));
try {
  await writeIndex(join(dir, "index"));
  server = await serve(join(dir, "index"));
  await ask(server.url, warmUpSeconds);
  const { latency, non2xx, errors, requests } = await ask(server.url, seconds);
  const { p50, p99 } = latency;
  const failed = non2xx + errors;
  if (failed > 0) throw new Error(`${failed} of ${requests.total} requests failed`);
  const load = { pictures, rate, seconds, requests: requests.total };
  if (json) {
    const machine = { cores: cpus().length, node: process.version };
    console.log(JSON.stringify({ ...load, p50, p99, ...machine }));
  } else {
    const described = `${requests.total} requests at ${rate} a second, ${pictures} pictures`;
    console.log(`search page: median ${p50} ms, 99th percentile ${p99} ms (${described})`);
  }
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
} finally {
  await end();
}

/** Drawings that are encoded, and around each of them vectors from near-duplicates to mere likeness. */
async function writeIndex(index) {
  const engine = await createEngine("auto");
  const model = await loadModel(tinyModelDir);
  const encoder = await createEncoder(engine, model);
  const { dimension, fingerprint } = encoder;
  const reference = { name: "tiny", path: tinyModelDir };
  const writer = await createIndexWriter({ dir: index, dimension, fingerprint, model: reference });
  const drawings = 10 * colours.length * Object.keys(shapes).length;
  const random = seededNumbers(1);
  for (let drawing = 0; drawing < Math.min(drawings, pictures); drawing++) {
    const { title, image, thumbnail } = await draw(drawing);
    const vector = await encoder.encodeImages(await preprocessImage(image, model.preprocessing), 1);
    for (let i = drawing; i < pictures; i += drawings) {
      const item = { id: `${i}`, title: `${title} ${i}`, fields: { drawing } };
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
  return { title: `${colour} ${shape}`, image, thumbnail: await sharp(image).webp().toBuffer() };
}

/** A unit vector whose cosine with `vector` is from 0.8 to 1. */
function near(vector, random) {
  const reach = (0.75 * Math.abs(random())) / Math.sqrt(vector.length / 3); // random() has a variance of 1/3
  const moved = vector.map((value) => value + reach * random());
  const norm = Math.hypot(...moved);
  return moved.map((value) => value / norm);
}

/** Numbers from -1 to 1 (mulberry32). */
function seededNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

/** A process of its own, so that asking takes no time of its event loop. */
function serve(index) {
  const cli = join(rootDir, "packages/cli/bin/cliptune.js");
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

/** Queries are numbered: the searcher remembers the texts that it has encoded. */
function ask(url, duration) {
  const kinds = colours.flatMap((colour) =>
    Object.keys(shapes).map((shape) => `${colour} ${shape}`),
  );
  const setupRequest = (request) => {
    const query = `${kinds[asked % kinds.length]} ${asked++}`;
    return { ...request, path: `/api/search?q=${encodeURIComponent(query)}&k=36&group=true` };
  };
  return autocannon({
    ...{ url, duration, connections: 10, overallRate: rate },
    requests: [{ method: "GET", setupRequest }],
  });
}

function readFlags() {
  const options = {
    json: { type: "boolean", default: false },
    pictures: { type: "string", default: "10000" },
    rate: { type: "string", default: "50" },
    seconds: { type: "string", default: "20" },
  };
  try {
    const { json, ...numbers } = parseArgs({ options }).values;
    const entries = Object.entries(numbers).map(([name, text]) => {
      const value = Number(text);
      if (Number.isInteger(value) && value >= 1) return [name, value];
      throw new Error(`--${name} must be a whole number from 1 up`);
    });
    return { json, ...Object.fromEntries(entries) };
  } catch (error) {
    console.error(`error: ${error.message}`);
    console.error(
      "usage: node bench/web.mjs [--pictures N] [--rate PER_SECOND] [--seconds N] [--json]",
    );
    process.exit(2);
  }
}
