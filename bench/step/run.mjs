// The whole training step, measured: npm run bench -w packages/engine [-- --json]
// Every measurement is a process of its own, a step's the median of its steps. All are taken several times by turns with
// a large matmul, and the quickest of each counts: what else the machine does then falls on all of them alike.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const asJson = process.argv.includes("--json");
const say = (text) => (asJson ? console.error(text) : console.log(text));

async function measure(options) {
  const { stdout } = await run(process.execPath, [file("measure.mjs"), JSON.stringify(options)]);
  return JSON.parse(stdout.trim().split("\n").at(-1));
}

/** The same step in PyTorch, of the first Python that has it; where none does, `absent` says why. */
async function torchStep() {
  // Debian's python3-torch is in the system's Python, which another may hide.
  const pythons = process.env.PYTHON ? [process.env.PYTHON] : ["python3", "/usr/bin/python3"];
  const faults = [];
  for (const python of pythons) {
    try {
      return JSON.parse((await run(python, [file("torch_step.py")])).stdout);
    } catch (error) {
      faults.push(`${python}: ${reasonOf(error)}`);
    }
  }
  return { absent: faults.join("; ") };
}

/** Python's last word (`ModuleNotFoundError: …`), or why there was none. */
function reasonOf({ stderr, code, signal, message }) {
  const lastLine = stderr?.trim().split("\n").at(-1);
  if (lastLine) return lastLine;
  if (code === "ENOENT") return "no such program";
  return signal ? `ended by ${signal}` : message.split("\n")[0];
}

const step = (world, more) => () => measure({ what: "step", world, ...more });
const contenders = {
  full: step("b32", { steps: 5 }),
  short: step("b32", { length: 16, steps: 5 }),
  fed: step("b32", { steps: 3, packWeights: false }),
  again: step("b32", { steps: 3, recompute: true }),
  tiny: step("tiny", { steps: 15 }),
  tinyAgain: step("tiny", { steps: 9, recompute: true }),
  torch: torchStep,
};
const rounds = 3;
const cold = await step("b32", { compileOnly: true })();
const taken = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
let peak = 0;
for (let round = 0; round < rounds; round++) {
  for (const [name, contender] of Object.entries(contenders)) {
    peak = Math.max(peak, (await measure({ what: "gemm" })).gflops);
    taken[name].push(await contender());
  }
}
const { full, short, fed, again, tiny, tinyAgain, torch } = Object.fromEntries(
  Object.entries(taken).map(([name, list]) => [name, quickest(list)]),
);

function quickest(list) {
  return list.reduce((best, one) => (one.stepS < best.stepS ? one : best));
}

const row = (name, { stepS, pairsPerSecond, gflops, peakRssGB }) =>
  say(
    [
      name.padEnd(34),
      `${(1000 * stepS).toFixed(0)} ms`.padStart(9),
      `${pairsPerSecond.toFixed(2)} pairs/s`.padStart(16),
      gflops === undefined
        ? "".padStart(20)
        : `${gflops.toFixed(1)} GFLOPS ${((100 * gflops) / peak).toFixed(0)} %`.padStart(20),
      `${peakRssGB.toFixed(2)} GB`.padStart(9),
    ].join(""),
  );
say(`best float32 matmul: ${peak.toFixed(1)} GFLOPS (ONNX Runtime, 2048 × 2048 × 2048)\n`);
row("ViT-B/32, batch 8, text 77", full);
row("  text 16", short);
row("  weights fed, not packed", fed);
row("  blocks recomputed", again);
row("tiny, batch 64, text 16", tiny);
row("  blocks recomputed", tinyAgain);
if (torch.absent) say(`PyTorch is left out (${torch.absent})`);
else row(`PyTorch ${torch.version}, ViT-B/32, text 77`, torch);
say(`\ncompile: first start ${cold.compileS.toFixed(1)} s, second ${full.compileS.toFixed(1)} s`);

const rounded = (value, digits = 3) => Number(value.toPrecision(digits));
if (asJson) {
  console.log(
    JSON.stringify({
      pairsPerSecond: rounded(full.pairsPerSecond),
      gemmShare: rounded(full.gflops / peak),
      text16Speedup: rounded(full.stepS / short.stepS),
      torchRatio: torch.absent ? null : rounded(full.pairsPerSecond / torch.pairsPerSecond),
      peakRssGB: rounded(full.peakRssGB),
      compileColdS: rounded(cold.compileS),
      compileWarmS: rounded(full.compileS),
      tinyGflops: rounded(tiny.gflops),
    }),
  );
}
