// Everything that is measured on a GPU: parity first, then the whole ViT-B/32 LoRA step (rank 16 on q, k, v and out of
// both towers, 77 tokens, forward, backward, AdamW) here, in JAX and in PyTorch, encoding, two GPUs, WebGPU.
//   node bench/gpu/run.mjs PLUGIN [--minutes 9] [--json .cliptune/gpu/results.json] [--only bf16]
// In parts: those that no longer fit the time are named; the next call goes on from the file. Then the table of what the
// file holds. With several GPUs, programs are compiled on all of them first (each process has one to itself, as XLA
// tries kernels out), then timed one at a time. --cpu rehearses it, small, with bench/gpu/cpu-plugin.
// Rates include the copy of each batch from the host, but PyTorch's, whose inputs stay on the device.

import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
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

/** The last line's JSON, on the GPU of that number; ends with the time that is left, or at three times what is usual. */
async function take({ command: [program, ...args], env, isText, devices, seconds }, gpu = 0) {
  const one = values.cpu || devices > 1 ? {} : { CUDA_VISIBLE_DEVICES: `${gpu}` };
  const longest = 3 * seconds.cold;
  const timeout = Math.max(1, Math.round(1000 * Math.min(left(), longest)));
  try {
    const { stdout } = await run(program, args, {
      ...{ maxBuffer: 1 << 26, timeout, killSignal: "SIGKILL" },
      env: { ...process.env, ...env, ...one },
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
/** What was compiled ahead, and in how many seconds. */
const compiled = new Map();

/** On every GPU at once, as much as can be timed afterwards too. */
async function compileAhead() {
  const queue = pending.filter(({ ahead, devices }) => ahead && devices === 1);
  let toTime = 0;
  const lane = async (gpu) => {
    for (let part = queue.shift(); part; part = queue.shift()) {
      const { name, seconds, ahead } = part;
      if (left() < seconds.cold + toTime + seconds.warm) continue;
      toTime += seconds.warm;
      const result = await take({ ...part, command: ahead }, gpu);
      say(`${name}: ${result ? (result.error ?? `compiled on GPU ${gpu}`) : "no time left"}`);
      if (result && !result.error) compiled.set(name, result.compileS);
    }
  };
  await Promise.all(Array.from({ length: gpus }, (_, gpu) => lane(gpu)));
}

async function measure(part) {
  const { name, seconds } = part;
  const needed = compiled.has(name) ? seconds.warm : seconds.cold;
  const result = left() > needed ? await take(part) : undefined;
  const compileS = compiled.get(name) ?? result?.compileS;
  if (result) keep(name, { ...result, ...(compileS && { compileS }) });
  else skipped.push(name);
  const shown = result?.pairsPerSecond ? `${result.pairsPerSecond.toFixed(0)} pairs/s` : "done";
  say(`${name}: ${result ? (result.error ?? shown) : "no time left"}`);
}

say(`${gpus} ${gpus > 1 ? "GPUs" : "GPU"}, ${pending.length} of ${parts.length} parts to do`);
const skipped = [];
const [check] = parts;
if (pending.includes(check)) await measure(check);
// Left out with --only.
const isRight = results.check ? !results.check.error : !pending.includes(check);
if (isRight) {
  if (gpus > 1 && !values.cpu) await compileAhead();
  for (const part of pending) if (part !== check) await measure(part);
}
console.log(`\n${tableOf(results)}`);
if (skipped.length > 0) console.log(`not done for want of time: ${skipped.join(", ")}`);
console.log(`kept in ${join(values.json)}`);
process.exitCode = results.check?.error ? 1 : 0;
