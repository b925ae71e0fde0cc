// The whole training step, measured: npm run bench -w packages/engine [-- --json]
// Every measurement is a process of its own; the best matmul rate is taken before and after, the higher one counts.

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

/** The same step in PyTorch, where python3 has it. */
async function torchStep() {
  // Debian's python3-torch is in the system's Python, which another may hide.
  const pythons = process.env.PYTHON ? [process.env.PYTHON] : ["python3", "/usr/bin/python3"];
  for (const python of pythons) {
    const { stdout } = await run(python, [file("torch_step.py")]).catch(() => ({ stdout: "" }));
    if (stdout !== "") return JSON.parse(stdout);
  }
  return null;
}

const step = (world, more) => ({ what: "step", world, ...more });
const before = await measure({ what: "gemm" });
const cold = await measure(step("b32", { compileOnly: true }));
const full = await measure(step("b32", { steps: 7 }));
const short = await measure(step("b32", { length: 16, steps: 7 }));
const fed = await measure(step("b32", { steps: 5, packWeights: false }));
const again = await measure(step("b32", { steps: 5, recompute: true }));
const tiny = await measure(step("tiny", { steps: 15 }));
const tinyAgain = await measure(step("tiny", { steps: 9, recompute: true }));
const torch = await torchStep();
const after = await measure({ what: "gemm" });
const peak = Math.max(before.gflops, after.gflops);

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
if (torch) row(`PyTorch ${torch.version}, ViT-B/32, text 77`, torch);
say(`\ncompile: first start ${cold.compileS.toFixed(1)} s, second ${full.compileS.toFixed(1)} s`);

const rounded = (value, digits = 3) => Number(value.toPrecision(digits));
if (asJson) {
  console.log(
    JSON.stringify({
      pairsPerSecond: rounded(full.pairsPerSecond),
      gemmShare: rounded(full.gflops / peak),
      text16Speedup: rounded(full.stepS / short.stepS),
      torchRatio: torch ? rounded(full.pairsPerSecond / torch.pairsPerSecond) : null,
      peakRssGB: rounded(full.peakRssGB),
      compileColdS: rounded(cold.compileS),
      compileWarmS: rounded(full.compileS),
      tinyGflops: rounded(tiny.gflops),
    }),
  );
}
