// `node bench/large/run.mjs --rows 100000 --dimension 512`: an index of this project beside hnswlib-node and
// usearch alone, on the same vectors, in one run. usearch is measured where it is installed:
// npm install --prefix /tmp/usearch usearch, then --usearch /tmp/usearch. With --home DIR what is built stays there:
// --phase build first and --phase search later measure the searches alone, when the machine has nothing else to do.
// Searches are measured in turns, as many rounds as --rounds says, and each figure is the median of its rounds: what
// else the machine does then meets all alike.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { eachRow, writeVectors } from "./vectors.mjs";

const k = 10;
const flags = readFlags();
const { rows, dimension, queries: asked, rounds, usearch, json, phase, home: kept, only } = flags;
const home = kept ?? mkdtempSync(join(tmpdir(), "cliptune-bench-"));
mkdirSync(home, { recursive: true });
const paths = Object.fromEntries(
  ["vectors", "queries", "truth"].map((name) => [name, join(home, `${name}.f32`)]),
);
const known = ["hnswlib", ...(usearch ? ["usearch"] : []), "cliptune"];
const systems = only ? known.filter((name) => only.includes(name)) : known;
try {
  if (phase !== "search") await build();
  if (phase !== "build") await search();
} finally {
  if (!kept) rmSync(home, { recursive: true, force: true });
}

async function build() {
  say(`${rows} vectors of ${dimension}, ${asked} queries`);
  if (!existsSync(paths.truth)) {
    writeVectors(paths.vectors, { rows, dimension, seed: 2 });
    writeVectors(paths.queries, { rows: asked, dimension, seed: 3 });
    await writeTruth();
  }
  for (const system of systems) {
    say(`building ${system}`);
    writeFileSync(builtFile(system), JSON.stringify(await run(system, "build")));
  }
}

async function search() {
  const there = systems.filter((name) => existsSync(builtFile(name)));
  const found = Object.fromEntries(there.map((system) => [system, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const system of there) {
      say(`searching ${system}, round ${round} of ${rounds}`);
      found[system].push(await run(system, "search"));
    }
  }
  const results = there.map((system) => {
    const built = JSON.parse(readFileSync(builtFile(system), "utf8"));
    return { system, built, ...median(found[system]) };
  });
  const told = { rows, dimension, k, queries: asked, rounds, cpu: cpus()[0].model };
  if (json) console.log(JSON.stringify({ ...told, node: process.version, results }));
  else print(told, results);
}

/** Each number of several alike results by itself: the one in the middle. */
function median([first, ...others]) {
  if (typeof first === "number") {
    const sorted = [first, ...others].sort((left, right) => left - right);
    return sorted[Math.floor(sorted.length / 2)];
  }
  const part = (name) => median([first, ...others].map((each) => each[name]));
  if (Array.isArray(first)) return first.map((_, place) => part(place));
  return Object.fromEntries(Object.keys(first).map((name) => [name, part(name)]));
}

/** One system in a process of its own. */
async function run(system, phase) {
  const options = { system, phase, rows, dimension, k, ...paths, saved: join(home, system) };
  if (usearch) options.usearch = join(resolve(usearch), "package.json");
  const child = fileURLToPath(new URL("system.mjs", import.meta.url));
  const command = [child, JSON.stringify(options)];
  const { stdout } = await promisify(execFile)(process.execPath, command, { maxBuffer: 1 << 24 });
  return JSON.parse(stdout);
}

/** What building it took. */
function builtFile(system) {
  return join(home, `${system}.json`);
}

/** The exact nearest of every query, in one pass over the file. */
async function writeTruth() {
  const bytes = readFileSync(paths.queries);
  const queries = new Float32Array(bytes.buffer, bytes.byteOffset, asked * dimension);
  const best = Array.from({ length: asked }, () => []);
  await eachRow(paths.vectors, { rows, dimension }, (label, row) => {
    for (let i = 0; i < asked; i++) {
      const start = i * dimension;
      let score = 0;
      for (let d = 0; d < dimension; d++) score += row[d] * queries[start + d];
      const list = best[i];
      if (list.length === k && score <= list[k - 1].score) continue;
      const place = list.findIndex((each) => each.score < score);
      list.splice(place === -1 ? list.length : place, 0, { label, score });
      list.length = Math.min(list.length, k);
    }
  });
  const labels = Float32Array.from(best.flat(), ({ label }) => label);
  writeFileSync(paths.truth, new Uint8Array(labels.buffer));
}

function print({ cpu }, results) {
  console.log(`${rows} × ${dimension}, ${asked} queries, k ${k}, ${cpu}, Node ${process.version}`);
  for (const { system, built, memory, reached } of results) {
    const { seconds, processorSeconds, efSearch } = built;
    const chosen = efSearch === undefined ? "" : `, chose efSearch ${efSearch} for .99`;
    console.log(
      `${system}: built in ${seconds.toFixed(0)} s (${processorSeconds.toFixed(0)} s of one core), at most ${mebibytes(built.memory)}; searches hold ${mebibytes(memory)}${chosen}`,
    );
    for (const { wanted, width, recall, queriesPerSecond, processorMs, p50, p99 } of reached) {
      const latency = `${processorMs.toFixed(2)} ms of one core, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`;
      console.log(
        `  recall ≥ ${wanted}: ${queriesPerSecond} queries/s at ef ${width} (${recall.toFixed(3)}), ${latency}`,
      );
    }
  }
}

function mebibytes(bytes) {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

function say(text) {
  console.error(`${new Date().toTimeString().slice(0, 8)} ${text}`);
}

function readFlags() {
  const { values } = parseArgs({
    options: {
      rows: { type: "string", default: "100000" },
      dimension: { type: "string", default: "512" },
      queries: { type: "string", default: "300" },
      rounds: { type: "string", default: "3" },
      usearch: { type: "string" },
      home: { type: "string" },
      phase: { type: "string", default: "all" }, // build, search or all
      only: { type: "string" }, // systems, with commas between
      json: { type: "boolean", default: false },
    },
  });
  const numbers = ["rows", "dimension", "queries", "rounds"];
  return { ...values, ...Object.fromEntries(numbers.map((name) => [name, Number(values[name])])) };
}
