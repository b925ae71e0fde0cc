// npm run pretrain [-- --engine xla] [-- --out DIR] [-- --ship] makes the tiny CLIP again from scratch, seeded: it fetches and draws the
// base set, trains by the recipe (going on where it was stopped), measures the suites. --ship puts the result into data/models/tiny.
// --wide takes the wide base set instead, with a vocabulary of its own: data/recipes/tiny-wide.yaml.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { cliptune, narrate, showCliptune } from "./demo-steps.mjs";
import { rootDir, runStep } from "./run-step.mjs";

const { out, config, engine, ship, wide } = readFlags();
const shipped = join(rootDir, "data/models/tiny");

const base = join(rootDir, wide ? ".cliptune/base-wide" : ".cliptune/base");
if (existsSync(join(base, "metadata.jsonl"))) {
  console.error(`The base set is in ${base} already.`);
} else {
  narrate(
    `Drawing the base set: ${wide ? "33,134 pictures from 25" : "19,838 pictures from 14"} npm packages`,
  );
  runStep("npm", ["run", "base", "-w", "data", "--", ...(wide ? ["--wide"] : [])]);
}
const architecture = wide ? prepareArchitecture() : shipped;

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
  for (const name of wide ? ["config.json", "tokenizer.json"] : []) {
    copyFileSync(join(architecture, name), join(shipped, name));
  }
  const lines = readFileSync(join(out, "metrics.jsonl"), "utf8").trim().split("\n");
  const kept = lines.filter((line, i) => !("loss" in JSON.parse(line)) || i % 50 === 0);
  writeFileSync(join(shipped, "training.jsonl"), `${kept.join("\n")}\n`);
}
console.error(`The model is in ${ship ? shipped : model}.`);

/** The tiny CLIP's shape with a vocabulary learnt from the wide base set's captions, in seven languages. */
function prepareArchitecture() {
  const dir = join(rootDir, ".cliptune/tiny-wide-architecture");
  if (existsSync(join(dir, "config.json"))) return dir;
  narrate("Learning a vocabulary of 12,000 from its captions");
  mkdirSync(dir, { recursive: true });
  for (const name of ["preprocessor_config.json", "tokenizer_config.json"]) {
    copyFileSync(join(shipped, name), join(dir, name));
  }
  const file = join(dir, "tokenizer.json");
  const tokenizer = ["--base", base, "--size", "12000", "--out", file];
  runStep("npm", ["run", "tokenizer", "-w", "data", "--", ...tokenizer]);
  const size = Object.keys(JSON.parse(readFileSync(file, "utf8")).model.vocab).length;
  const shape = JSON.parse(readFileSync(join(shipped, "config.json"), "utf8"));
  const ends = { bos_token_id: size - 2, eos_token_id: size - 1, pad_token_id: size - 1 };
  Object.assign(shape.text_config, { vocab_size: size, ...ends });
  // Last: a folder that was begun and left is made again.
  writeFileSync(join(dir, "config.json"), `${JSON.stringify(shape, null, 2)}\n`);
  return dir;
}

function readFlags() {
  const options = {
    out: { type: "string" },
    config: { type: "string" },
    engine: { type: "string", default: "auto" },
    ship: { type: "boolean", default: false },
    wide: { type: "boolean", default: false },
  };
  try {
    const { values } = parseArgs({ options });
    const name = values.wide ? "tiny-wide" : "tiny";
    const {
      out = join(rootDir, ".cliptune", name),
      config = join(rootDir, "data/recipes", `${name}.yaml`),
    } = values;
    return { ...values, out: resolve(out), config: resolve(config) };
  } catch (error) {
    console.error(`error: ${error.message}`);
    console.error(
      "usage: npm run pretrain [-- --engine NAME] [-- --out DIR] [-- --config FILE] [-- --ship] [-- --wide]",
    );
    process.exit(2);
  }
}
