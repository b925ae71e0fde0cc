// One library in a process of its own: builds and saves, or loads and searches at growing widths until the recall is reached.
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { eachRow } from "./vectors.mjs";

const options = JSON.parse(process.argv[2]);
const { system, phase, saved, dimension, vectors, queries, truth, k } = options;
const widths = [10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048];
const parameters = { m: 16, efConstruction: 200, seed: 100 };

/** Each builds and saves, and gives a function of a width that gives a search. */
const systems = {
  cliptune: {
    async build() {
      const { createIndexWriter } = await import("@cliptune/index");
      const writer = await createIndexWriter({ dir: saved, dimension, fingerprint: "bench" });
      await eachRow(vectors, options, (label, row) =>
        writer.add({ id: String(label), title: "", fields: {} }, row),
      );
      const { hnsw, distinct } = await writer.commit();
      return { efSearch: hnsw.efSearch, distinct };
    },
    async load() {
      // The width is the manifest's; for others the same files are read as openIndex reads them.
      const { readManifest } = await import("@cliptune/index");
      const { loadHnswIndex } = await import("../../packages/index/dist/hnsw-index.js");
      const files = join(saved, "versions", (await readManifest(saved)).version);
      const rows = floats(join(files, "vectors.f32"));
      return async (efSearch) => {
        const file = join(files, "vectors.hnsw");
        const store = await loadHnswIndex(file, rows, { dimension, efSearch });
        return async (query) => (await store.search(query, k)).map(({ label }) => label);
      };
    },
  },
  hnswlib: {
    async build() {
      const graph = await hnswlibGraph();
      const { m, efConstruction, seed } = parameters;
      graph.initIndex({ maxElements: options.rows, m, efConstruction, randomSeed: seed });
      await eachRow(vectors, options, (label, row) => graph.addPoint(Array.from(row), label));
      await graph.writeIndex(saved);
    },
    async load() {
      const graph = await hnswlibGraph();
      await graph.readIndex(saved);
      return (efSearch) => {
        graph.setEf(efSearch);
        return (query) => graph.searchKnn(Array.from(query), k).neighbors;
      };
    },
  },
  usearch: {
    async build() {
      const index = usearchIndex(10);
      await eachRow(vectors, options, (label, row) => index.add(BigInt(label), row));
      index.save(saved);
    },
    async load() {
      return (efSearch) => {
        const index = usearchIndex(efSearch);
        index.load(saved);
        return (query) => Array.from(index.search(query, k, 1).keys, Number);
      };
    },
  },
};

if (phase === "build") {
  const started = performance.now();
  const chosen = await systems[system].build();
  const seconds = (performance.now() - started) / 1000;
  console.log(
    JSON.stringify({ seconds, processorSeconds: processorTime(), memory: peak(), ...chosen }),
  );
} else {
  const asked = floats(queries);
  const nearest = floats(truth); // [n, k] labels
  const at = await systems[system].load();
  const wanted = [0.95, 0.99];
  const reached = [];
  let memory; // with the first width: some libraries are loaded anew for the next one
  for (const width of widths) {
    const result = await measure(await at(width), { width, asked, nearest });
    memory ??= peak();
    while (wanted.length > 0 && result.recall >= wanted[0]) {
      reached.push({ wanted: wanted.shift(), ...result });
    }
    if (wanted.length === 0) break;
  }
  console.log(JSON.stringify({ memory, reached }));
}

function floats(path) {
  const { size } = statSync(path);
  const numbers = new Float32Array(size / 4);
  const bytes = new Uint8Array(numbers.buffer);
  const file = openSync(path, "r");
  for (let at = 0; at < size; ) at += readSync(file, bytes, at, Math.min(1 << 30, size - at), at);
  closeSync(file);
  return numbers;
}

async function hnswlibGraph() {
  const { default: hnswlib } = await import("hnswlib-node");
  return new hnswlib.HierarchicalNSW("ip", dimension);
}

function usearchIndex(expansion) {
  const usearch = createRequire(options.usearch)("usearch");
  return new usearch.Index({
    ...{ metric: "ip", quantization: "f32", dimensions: dimension },
    ...{ connectivity: parameters.m, expansion_add: parameters.efConstruction },
    expansion_search: expansion,
  });
}

/** The most memory so far, in bytes. */
function peak() {
  return process.resourceUsage().maxRSS * 1024;
}

/** Seconds of one core so far, all threads: what other processes do counts little. */
function processorTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** One thread, one query at a time. */
async function measure(search, { width, asked, nearest }) {
  const count = asked.length / dimension;
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
