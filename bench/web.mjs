// `node bench/web.mjs`: how long the search page's server takes to answer what the page asks (36 hits, near-duplicates
// folded), at 50 queries a second, each new to it, over 10,000 drawn pictures and the tiny model. Needs `npm run build`.
// Asked one every 20 ms, whether or not the ones before are answered; and as autocannon asks, ten at once every 200 ms.
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, get } from "node:http";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import autocannon from "autocannon";
import { colours, serveIndex, shapes, writeDrawnIndex } from "./drawn-index.mjs";

const { json, pictures, rate, seconds } = readFlags();
const warmUpSeconds = 5;
let asked = 0;
const dir = await mkdtemp(join(tmpdir(), "cliptune-bench-web-"));
let server;
const end = async () => {
  server?.child.kill("SIGINT");
  await server?.ended;
  await rm(dir, { recursive: true, force: true });
};
process.once("SIGINT", () => end().then(() => process.exit(130)));
try {
  await writeDrawnIndex(join(dir, "index"), pictures);
  server = await serveIndex(join(dir, "index"));
  await (await fetch(server.url + nextPath())).arrayBuffer(); // the index is open then; 64 that wait for it are too many
  await askEvenly(server.url, warmUpSeconds);
  const even = await askEvenly(server.url, seconds);
  const { latency, non2xx, errors, requests } = await askInBursts(server.url, seconds);
  const bursts = { p50: latency.p50, p99: latency.p99 };
  const failed = non2xx + errors;
  if (failed > 0) throw new Error(`${failed} of ${requests.total} requests failed`);
  const load = { pictures, rate, seconds, requests: rate * seconds };
  if (json) {
    const machine = { cores: cpus().length, node: process.version };
    console.log(JSON.stringify({ ...load, ...even, bursts, ...machine }));
  } else {
    const said = ({ p50, p99 }) => `median ${p50} ms, 99th percentile ${p99} ms`;
    console.log(`search page, ${rate} requests a second for ${seconds} s, ${pictures} pictures`);
    console.log(`  one at a time, evenly: ${said(even)}`);
    console.log(`  ten at once:           ${said(bursts)}`);
  }
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
} finally {
  await end();
}

/** Queries are numbered: the searcher remembers the texts that it has encoded. */
function nextPath() {
  const kinds = colours.flatMap((colour) =>
    Object.keys(shapes).map((shape) => `${colour} ${shape}`),
  );
  const query = `${kinds[asked % kinds.length]} ${asked++}`;
  return `/api/search?q=${encodeURIComponent(query)}&k=36&group=true`;
}

/** Each at its time, so that a slow answer delays no question: what waiting costs is in the figures. */
async function askEvenly(url, duration) {
  const agent = new Agent({ keepAlive: true });
  const began = performance.now();
  const times = await Promise.all(
    Array.from({ length: rate * duration }, async (_, i) => {
      await setTimeout(Math.max(0, began + (1000 * i) / rate - performance.now()));
      return milliseconds(agent, url + nextPath());
    }),
  );
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share) => Math.round(10 * times[Math.floor(share * (times.length - 1))]) / 10;
  return { p50: at(0.5), p99: at(0.99) };
}

function milliseconds(agent, url) {
  const from = performance.now();
  return new Promise((done, fail) => {
    const asked = get(url, { agent }, (response) => {
      if (response.statusCode !== 200) fail(new Error(`${url}: ${response.statusCode}`));
      response.resume().once("end", () => done(performance.now() - from));
    });
    asked.once("error", fail);
  });
}

function askInBursts(url, duration) {
  const setupRequest = (request) => ({ ...request, path: nextPath() });
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
