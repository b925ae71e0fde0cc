// One library in a process of its own: builds, then searches at growing widths until the recall is reached.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eachRow } from "./vectors.mjs";

const options = JSON.parse(process.argv[2]);
const { system, rows, dimension, vectors, queries, truth, k } = options;
const floats = (path) => {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
};
const asked = floats(queries);
const nearest = floats(truth); // [n, k] labels
const count = asked.length / dimension;
const widths = [10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048];
const parameters = { m: 16, efConstruction: 200, seed: 100 };
const home = mkdtempSync(join(tmpdir(), "cliptune-bench-"));

/** Each builds, and gives a function of a width that gives a search. */
const systems = {
  async cliptune() {
    const { createIndexWriter, openIndex } = await import("@cliptune/index");
    const dir = join(home, "index");
    const writer = await createIndexWriter({ dir, dimension, fingerprint: "bench" });
    await eachRow(vectors, options, (label, row) =>
      writer.add({ id: String(label), title: "", fields: {} }, row),
    );
    const { version, hnsw, distinct } = await writer.commit();
    const index = await openIndex(dir);
    // The width is the manifest's; for others the same files are read as openIndex reads them.
    const { loadHnswIndex } = await import("../../packages/index/dist/hnsw-index.js");
    const files = join(dir, "versions", version);
    let stored;
    const chosen = { efSearch: hnsw.efSearch, distinct };
    const at = async (efSearch) => {
      stored ??= floats(join(files, "vectors.f32"));
      const store = await loadHnswIndex(join(files, "vectors.hnsw"), stored, {
        dimension,
        efSearch,
      });
      return async (query) => (await store.search(query, k)).map(({ label }) => label);
    };
    await index.close();
    return { at, chosen };
  },
  async hnswlib() {
    const { default: hnswlib } = await import("hnswlib-node");
    const graph = new hnswlib.HierarchicalNSW("ip", dimension);
    const { m, efConstruction, seed } = parameters;
    graph.initIndex({ maxElements: rows, m, efConstruction, randomSeed: seed });
    await eachRow(vectors, options, (label, row) => graph.addPoint(Array.from(row), label));
    const at = (efSearch) => {
      graph.setEf(efSearch);
      return (query) => graph.searchKnn(Array.from(query), k).neighbors;
    };
    return { at };
  },
  async usearch() {
    const usearch = createRequire(options.usearch)("usearch");
    const made = (expansion) =>
      new usearch.Index({
        ...{ metric: "ip", quantization: "f32", dimensions: dimension },
        ...{ connectivity: parameters.m, expansion_add: parameters.efConstruction },
        expansion_search: expansion,
      });
    let index = made(10);
    await eachRow(vectors, options, (label, row) => index.add(BigInt(label), row));
    const path = join(home, "usearch");
    index.save(path);
    const at = (efSearch) => {
      index = made(efSearch);
      index.load(path);
      return (query) => Array.from(index.search(query, k, 1).keys, Number);
    };
    return { at };
  },
};

try {
  const started = performance.now();
  const { at, chosen } = await systems[system]();
  const seconds = (performance.now() - started) / 1000;
  const processorSeconds = processorTime();
  const buildMemory = process.resourceUsage().maxRSS * 1024;
  const wanted = [0.95, 0.99];
  const reached = [];
  for (const width of widths) {
    const search = await at(width);
    const result = await measure(search, width);
    while (wanted.length > 0 && result.recall >= wanted[0]) {
      reached.push({ wanted: wanted.shift(), ...result });
    }
    if (wanted.length === 0) break;
  }
  const memory = process.resourceUsage().maxRSS * 1024;
  console.log(
    JSON.stringify({ system, seconds, processorSeconds, buildMemory, memory, ...chosen, reached }),
  );
} finally {
  rmSync(home, { recursive: true, force: true });
}

/** Seconds of one core so far, all threads: what other processes do counts little. */
function processorTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** One thread, one query at a time. */
async function measure(search, width) {
  let found = 0;
  const times = [];
  let busy = 0;
  for (let round = 0; round < 3; round++) {
    if (round === 1) busy = processorTime(); // the first round warms up
    for (let i = 0; i < count; i++) {
      const query = asked.subarray(i * dimension, (i + 1) * dimension);
      const before = performance.now();
      const labels = await search(query);
      times.push(performance.now() - before);
      const exact = nearest.subarray(i * k, (i + 1) * k);
      found += labels.filter((label) => exact.includes(label)).length;
    }
  }
  const late = times.slice(count).sort((left, right) => left - right);
  const processorMs = (1000 * (processorTime() - busy)) / late.length;
  const total = late.reduce((sum, time) => sum + time, 0);
  return {
    width,
    recall: found / (3 * count * k),
    queriesPerSecond: Math.round((1000 * late.length) / total),
    processorMs,
    p50: late[Math.floor(late.length / 2)],
    p99: late[Math.floor(late.length * 0.99)],
  };
}
