// What each rewrite rule and kernel is worth: the step of ViT-B/32 (or of --world tiny) with one of them left out.
// node bench/step/worth.mjs [--world tiny]

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const at = process.argv.indexOf("--world");
const world = at < 0 ? "b32" : process.argv[at + 1];
const steps = world === "tiny" ? 15 : 5;

async function measure(more) {
  const options = JSON.stringify({ what: "step", world, steps, ...more });
  const file = fileURLToPath(new URL("measure.mjs", import.meta.url));
  const { stdout } = await run(process.execPath, [file, options]);
  return JSON.parse(stdout.trim().split("\n").at(-1));
}

const parts = {
  "transposes folded into matmuls": { withoutRules: ["foldTransposes"] },
  "biases and sums folded into matmuls": { withoutRules: ["foldSum", "sumBeforeReshape"] },
  "literal factors folded into matmuls": {
    withoutRules: ["foldScale", "scaleBeforeSum", "scaleAfterMatmul"],
  },
  "thin products joined": { withoutRules: ["joinThin"] },
  "hidden rows with a margin": { withoutRules: ["padRows"] },
  "layer norm as one kernel": { withoutKernels: ["CliptuneLayerNorm"] },
  "frozen weights packed": { packWeights: false },
};

// With everything before and after: the difference is what the machine's own unrest is worth.
const before = await measure({});
const rows = [];
for (const [name, options] of Object.entries(parts)) rows.push([name, await measure(options)]);
const after = await measure({});
const all = Math.min(before.stepS, after.stepS);
const line = (name, { stepS, peakRssGB }) =>
  console.log(
    `| ${name} | ${Math.round(1000 * stepS)} | ${(100 * (stepS / all - 1)).toFixed(1)} % | ${peakRssGB.toFixed(2)} |`,
  );
console.log("| left out | ms a step | slower by | GB |\n| --- | --- | --- | --- |");
line("nothing", before);
for (const [name, measured] of rows) line(name, measured);
line("nothing, again", after);
