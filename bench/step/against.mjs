// The step of ViT-B/32 here and in PyTorch by turns, on one thread: what each needs of the processor's time, which other
// programs on the machine change less than they change the clock.
// PYTHON=python3 node bench/step/against.mjs [--rounds 3] [--peft]

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const at = process.argv.indexOf("--rounds");
const rounds = at < 0 ? 3 : Number(process.argv[at + 1]);
const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const parsed = ({ stdout }) => JSON.parse(stdout.trim().split("\n").at(-1));

const here = async () => {
  const options = JSON.stringify({ what: "step", world: "b32", threads: 1, steps: 4 });
  return parsed(await run(process.execPath, [file("measure.mjs"), options]));
};
const torch = async (more) =>
  parsed(
    await run(process.env.PYTHON ?? "python3", [
      file("torch_step.py"),
      ...["--threads", "1", "--steps", "4"],
      ...more,
    ]),
  );

const contenders = {
  "@cliptune/engine": here,
  PyTorch: () => torch([]),
  ...(process.argv.includes("--peft") && { "transformers + peft": () => torch(["--peft"]) }),
};
const best = {};
for (let round = 0; round < rounds; round++) {
  for (const [name, measure] of Object.entries(contenders)) {
    const { processorS, peakRssGB, version } = await measure();
    const known = best[name];
    if (!known || processorS < known.processorS) best[name] = { processorS, peakRssGB, version };
  }
}
const own = best["@cliptune/engine"].processorS;
console.log("| step | seconds of one core | times ours | peak GB |\n| --- | --- | --- | --- |");
for (const [name, { processorS, peakRssGB, version }] of Object.entries(best)) {
  const cells = [
    version ? `${name} (${version})` : name,
    processorS.toFixed(2),
    (processorS / own).toFixed(2),
    peakRssGB.toFixed(2),
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
