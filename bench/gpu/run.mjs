// Everything that is measured on a GPU: parity first, then the whole ViT-B/32 LoRA step (rank 16 on q, k, v and out of
// both towers, 77 tokens, forward, backward, AdamW) here, in JAX and in PyTorch, encoding, two GPUs, WebGPU.
//   node bench/gpu/run.mjs PLUGIN [--minutes 9] [--json .cliptune/gpu/results.json] [--only bf16]
// In parts: those that no longer fit the time are named; the next call goes on from the file. Then the table of what the
// file holds. With several GPUs as many parts run at once, each on a GPU and a share of the cores of its own.
// --cpu rehearses it, small, with bench/gpu/cpu-plugin.
// Rates include the copy of each batch from the host, but PyTorch's, whose inputs stay on the device.

import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs, promisify } from "node:util";
import { partsFor } from "./parts.mjs";
import { tableOf } from "./table.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: "string", default: "9" },
    json: { type: "string", default: ".cliptune/gpu/results.json" },
    only: { type: "string", default: "" },
    gpus: { type: "string" },
    cpu: { type: "boolean", default: false },
  },
});
const [plugin] = positionals;
if (!plugin) throw new Error("usage: node bench/gpu/run.mjs PLUGIN [--minutes 9] [--json FILE]");
const run = promisify(execFile);
const started = performance.now();
const left = () => 60 * Number(values.minutes) - (performance.now() - started) / 1000;
const say = (text) =>
  console.log(`${((performance.now() - started) / 1000).toFixed(0)} s: ${text}`);

async function countGpus() {
  if (values.gpus) return Number(values.gpus);
  if (numbers.length > 0) return numbers.length;
  const { stdout } = await run("nvidia-smi", ["-L"]).catch(() => ({ stdout: "" }));
  return Math.max(1, stdout.trim().split("\n").filter(Boolean).length);
}

const path = resolve(values.json);
const folder = dirname(path);
mkdirSync(folder, { recursive: true });
const read = () => {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (fault) {
    if (fault.code === "ENOENT") return {};
    throw fault;
  }
};
const results = read();
function keep(name, result) {
  results[name] = result;
  writeFileSync(`${path}.tmp`, JSON.stringify(results, undefined, 1));
  renameSync(`${path}.tmp`, path);
}

/** The last line's JSON, on the GPUs of those numbers and their share of the cores; ends with the time that is left, or at three times what is usual. */
async function take({ command, env, isText, seconds }, places) {
  const share = Math.floor(availableParallelism() / gpus);
  const cores = places.map((gpu) => `${gpu * share}-${(gpu + 1) * share - 1}`);
  const pinned = gpus > 1 && !values.cpu ? ["taskset", "-c", cores.join(",")] : [];
  const [program, ...args] = [...pinned, ...command];
  const visible = places.map((gpu) => numbers[gpu] ?? gpu).join(",");
  const longest = 3 * seconds;
  const timeout = Math.max(1, Math.round(1000 * Math.min(left(), longest)));
  try {
    const { stdout } = await run(program, args, {
      ...{ maxBuffer: 1 << 26, timeout, killSignal: "SIGKILL" },
      env: { ...process.env, ...env, ...(!values.cpu && { CUDA_VISIBLE_DEVICES: visible }) },
    });
    const lines = stdout.trim().split("\n");
    return isText ? { text: lines.slice(-14).join("\n") } : JSON.parse(lines.at(-1));
  } catch (fault) {
    if (left() <= 0) return undefined;
    if (fault.killed) return { error: `was not done after ${longest} s` };
    const said = String(fault.stderr || fault.stdout || fault.message);
    return { error: said.trim().slice(-1500) };
  }
}

/** Those that this process may use, where it is told which. */
const numbers = (process.env.CUDA_VISIBLE_DEVICES ?? "").split(",").filter(Boolean);
const gpus = await countGpus();
const parts = partsFor({
  plugin: resolve(plugin),
  folder,
  onCpu: values.cpu,
  gpus,
  python: process.env.PYTHON,
});
const asked = parts.filter(({ name }) => name.includes(values.only));
/** What failed before comes last, so that it cannot keep the rest from its turn. */
const pending = [
  ...asked.filter(({ name }) => !results[name]),
  ...asked.filter(({ name }) => results[name]?.error),
];
const skipped = [];
const free = Array.from({ length: gpus }, (_, gpu) => gpu);
const running = new Set();

async function measure(part) {
  const { name } = part;
  const places = free.splice(0, part.devices);
  const result = await take(part, places);
  free.push(...places);
  if (result) keep(name, result);
  else skipped.push(name);
  const shown = result?.pairsPerSecond ? `${result.pairsPerSecond.toFixed(0)} pairs/s` : "done";
  say(`${name}: ${result ? (result.error ?? shown) : "no time left"}`);
}

/** In their order, each as soon as there are GPUs for it; nothing of ours before the check. */
async function measureAll() {
  for (;;) {
    const isChecked = Boolean(results.check) || !asked.includes(parts[0]);
    const next = pending.find(({ needsCheck }) => isChecked || !needsCheck);
    if (next && next.devices <= free.length) {
      pending.splice(pending.indexOf(next), 1);
      if (results.check?.error && next.needsCheck) continue;
      if (left() < next.seconds) {
        skipped.push(next.name);
        continue;
      }
      const measured = measure(next).finally(() => running.delete(measured));
      running.add(measured);
    } else if (running.size > 0) await Promise.race(running);
    else return;
  }
}

say(`${gpus} ${gpus > 1 ? "GPUs" : "GPU"}, ${pending.length} of ${parts.length} parts to do`);
await measureAll();
console.log(`\n${tableOf(results)}`);
if (skipped.length > 0) console.log(`not done for want of time: ${skipped.join(", ")}`);
console.log(`kept in ${join(values.json)}`);
process.exitCode = results.check?.error ? 1 : 0;
