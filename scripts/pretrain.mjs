// npm run pretrain [-- --engine xla] [-- --out DIR] [-- --ship] makes the tiny CLIP again from scratch, seeded: it fetches and draws the
// base set, trains by the recipe (going on where it was stopped), measures the suites. --ship puts the result into data/models/tiny.
import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { cliptune, narrate, showCliptune } from "./demo-steps.mjs";
import { rootDir, runStep } from "./run-step.mjs";

const { out, config, engine, ship } = readFlags();
const shipped = join(rootDir, "data/models/tiny");

if (existsSync(join(rootDir, ".cliptune/base/metadata.jsonl"))) {
  console.error("The base set is in .cliptune/base already.");
} else {
  narrate("Drawing the base set: 19,838 pictures from 14 npm packages");
  runStep("npm", ["run", "base", "-w", "data"]);
}

narrate("Training the tiny CLIP from random weights");
const resume = existsSync(join(out, "config.json")) ? ["--resume"] : [];
await cliptune(["train", config, "--out", out, "--engine", engine, ...resume]);

narrate("Measuring it");
const model = join(out, "model");
await showCliptune(["evaluate", "--suite", "all", "--model", model]);

if (ship) {
  narrate("Putting it into data/models/tiny");
  // Beside first: a copy that is cut short must not be what everybody's clone reads.
  const beside = join(shipped, ".model.safetensors.tmp");
  copyFileSync(join(model, "model.safetensors"), beside);
  renameSync(beside, join(shipped, "model.safetensors"));
  const lines = readFileSync(join(out, "metrics.jsonl"), "utf8").trim().split("\n");
  const kept = lines.filter((line, i) => !("loss" in JSON.parse(line)) || i % 50 === 0);
  writeFileSync(join(shipped, "training.jsonl"), `${kept.join("\n")}\n`);
}
console.error(`The model is in ${ship ? shipped : model}.`);

function readFlags() {
  const options = {
    out: { type: "string", default: join(rootDir, ".cliptune/tiny") },
    config: { type: "string", default: join(rootDir, "data/recipes/tiny.yaml") },
    engine: { type: "string", default: "auto" },
    ship: { type: "boolean", default: false },
  };
  try {
    const { values } = parseArgs({ options });
    return { ...values, out: resolve(values.out), config: resolve(values.config) };
  } catch (error) {
    console.error(`error: ${error.message}`);
    console.error(
      "usage: npm run pretrain [-- --engine NAME] [-- --out DIR] [-- --config FILE] [-- --ship]",
    );
    process.exit(2);
  }
}
