// `node bench/web.mjs`: how long the search page's server takes to answer what the page asks (36 hits, near-duplicates
// folded), at 50 queries a second, each new to it, over 10,000 drawn pictures and the tiny model. Needs `npm run build`.
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
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
