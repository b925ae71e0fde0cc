// The whole ViT-B/32 LoRA step (rank 16 on q, k, v and out of both towers, 77 tokens, forward, backward, AdamW) on one
// GPU: this engine, the same step in JAX, and transformers + peft in PyTorch, one after the other on one machine.
//   node bench/gpu/run.mjs PLUGIN [--batches 32,128,512] [--peers jax,torch,compile] [--json FILE]
// First every operator and a training run are compared with ONNX Runtime (packages/engine/bench/xla-check.mjs).
// Rates include the copy of each batch from the host, but PyTorch's, whose inputs stay on the device.

import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    batches: { type: "string", default: "32,128,512" },
    precisions: { type: "string", default: "tf32,bf16" },
    peers: { type: "string", default: "jax,torch,compile" },
    steps: { type: "string", default: "40" },
    unchecked: { type: "boolean", default: false },
    json: { type: "string" },
  },
});
const [plugin] = positionals;
if (!plugin)
  throw new Error("usage: node bench/gpu/run.mjs PLUGIN [--batches 32,128,512] [--json FILE]");
const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const run = promisify(execFile);
const peers = values.peers.split(",");

async function output(command, args) {
  try {
    const { stdout } = await run(command, args, { maxBuffer: 1 << 26 });
    return stdout;
  } catch (fault) {
    console.error(
      `${command} ${args.join(" ")}\n${String(fault.stderr || fault.stdout).slice(-1500)}`,
    );
    return undefined;
  }
}

/** This engine's rate and memory, in a process of its own. */
async function ours(batch, precision, more = {}) {
  const options = { what: "step", world: "b32", engine: "xla", plugin, batch, precision };
  const asked = JSON.stringify({ ...options, steps: Number(values.steps), inFlight: 3, ...more });
  const text = await output(process.execPath, [file("../step/measure.mjs"), asked]);
  return text && JSON.parse(text.trim().split("\n").at(-1));
}

/** A peer's rate: each prints "… N pairs/s …". */
async function peer(script, ...args) {
  const text = await output("python3", [file(`peers/${script}`), ...args]);
  const rate = /([\d.]+) pairs\/s/.exec(text ?? "")?.[1];
  return rate && Number(rate);
}

if (!values.unchecked) {
  const check = await output(process.execPath, [
    file("../../packages/engine/bench/xla-check.mjs"),
    plugin,
  ]);
  if (!check) process.exit(1);
  console.log(check.trim().split("\n").slice(-8).join("\n"));
}

const rows = [];
const shown = (x, digits = 0) => (x === undefined ? "–" : x.toFixed(digits)).padStart(9);
console.log(
  "\n             pairs/s                                    ratio to    peak GB  compile s",
);
console.log("batch        cliptune     JAX  PyTorch compiled    JAX  PyTorch");
for (const batch of values.batches.split(",").map(Number)) {
  for (const precision of values.precisions.split(",")) {
    const mine = await ours(batch, precision);
    const jax = peers.includes("jax") && (await peer("jax_step.py", `${batch}`, precision));
    const torch =
      peers.includes("torch") && (await peer("torch_step.py", "cuda", `${batch}`, precision));
    const isCompiled = peers.includes("compile") && precision === "bf16" && batch > 32;
    const compiled = isCompiled && (await peer("torch_step.py", "cuda", `${batch}`, "bf16compile"));
    const row = { batch, precision, cliptune: mine?.pairsPerSecond, loss: mine?.firstLoss };
    Object.assign(row, { jax: jax || undefined, torch: torch || undefined });
    Object.assign(row, {
      compiled: compiled || undefined,
      peakGB: mine?.peakDeviceGB,
      compileS: mine?.compileS,
    });
    rows.push(row);
    const best = Math.max(row.torch ?? 0, row.compiled ?? 0);
    console.log(
      [
        `${batch} ${precision}`.padEnd(10),
        ...[row.cliptune, row.jax, row.torch, row.compiled].map((x) => shown(x)),
        shown(row.jax && row.cliptune / row.jax, 2),
        shown(best ? row.cliptune / best : undefined, 2),
        ...[row.peakGB, row.compileS].map((x) => shown(x, 1)),
      ].join(""),
    );
    if (values.json) writeFileSync(values.json, JSON.stringify(rows, undefined, 1));
  }
}
