// npm run pretrain [-- --engine xla] [-- --ship] [-- --wide] makes the tiny CLIP again from scratch, seeded, and measures it. What
// was begun goes on, what is there is left alone. --ship puts the result into data/models/tiny.
//   1  both towers from random weights, on pictures with names: data/recipes/tiny.yaml; with --wide on the wide base set
//      and in its vocabulary: tiny-wide.yaml
//   2  a text tower that reaches further, in a vocabulary of seven languages: scripts/words.mjs
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cliptune, narrate, showCliptune } from "./demo-steps.mjs";
import { rootDir, runStep } from "./run-step.mjs";

const { engine, ship, wide } = readFlags();
const home = join(rootDir, ".cliptune");
const shipped = join(rootDir, "data/models/tiny");
const first = wide ? "tiny-wide" : "tiny";
const last = join(home, `${first}-words`);

if (!wide) {
  const base = drawBase("base", "19,838 pictures from 14");
  prepareArchitecture(join(home, "tiny-architecture"), base, 6000);
}
const base = drawBase("base-wide", "33,134 pictures from 25", ["--wide"]);
const architecture = join(home, "tiny-wide-architecture");
prepareArchitecture(architecture, base, 24_000);

narrate("Training both towers from random weights");
const out = join(home, first);
const resume = existsSync(join(out, "config.json")) ? ["--resume"] : [];
const recipe = join(rootDir, "data/recipes", `${first}.yaml`);
await cliptune(["train", recipe, "--out", out, "--engine", engine, ...resume]);

narrate("Giving texts their vectors, and the model a text tower that knows them");
const words = ["--model", join(out, "model"), "--base", base, "--engine", engine];
const places = ["--architecture", architecture, "--packages", join(home, "packages")];
runStep("node", ["scripts/words.mjs", ...words, ...places, "--out", last]);

narrate("Measuring it");
const model = join(last, "model");
await showCliptune(["evaluate", "--suite", "all", "--model", model]);
if (ship) {
  narrate("Putting it into data/models/tiny");
  shipModel();
}
console.error(`The model is in ${ship ? shipped : model}.`);

function drawBase(name, what, flags = []) {
  const dir = join(home, name);
  if (existsSync(join(dir, "metadata.jsonl"))) {
    console.error(`The base set is in ${dir} already.`);
  } else {
    narrate(`Drawing the base set: ${what} npm packages`);
    runStep("npm", ["run", "base", "-w", "data", "--", "--out", dir, ...flags]);
  }
  return dir;
}

/** The tiny CLIP's shape with a vocabulary learnt from a base set's captions. */
function prepareArchitecture(dir, base, size) {
  if (existsSync(join(dir, "config.json"))) return;
  narrate(`Learning a vocabulary of ${size} from the captions`);
  mkdirSync(dir, { recursive: true });
  for (const name of ["preprocessor_config.json", "tokenizer_config.json"]) {
    copyFileSync(join(shipped, name), join(dir, name));
  }
  const file = join(dir, "tokenizer.json");
  const tokenizer = ["--base", base, "--size", String(size), "--out", file];
  runStep("npm", ["run", "tokenizer", "-w", "data", "--", ...tokenizer]);
  const shape = JSON.parse(readFileSync(join(shipped, "config.json"), "utf8"));
  const ends = { bos_token_id: size - 2, eos_token_id: size - 1, pad_token_id: size - 1 };
  Object.assign(shape.text_config, { vocab_size: size, ...ends });
  // Last: a folder that was begun and left is made again.
  writeFileSync(join(dir, "config.json"), `${JSON.stringify(shape, null, 2)}\n`);
}

function shipModel() {
  // Beside first: a copy that is cut short must not be what everybody's clone reads.
  const beside = join(shipped, ".model.safetensors.tmp");
  copyFileSync(join(model, "model.safetensors"), beside);
  renameSync(beside, join(shipped, "model.safetensors"));
  for (const name of ["config.json", "tokenizer.json"]) {
    copyFileSync(join(architecture, name), join(shipped, name));
  }
  for (const name of [first, last]) {
    const lines = readFileSync(join(home, name, "metrics.jsonl"), "utf8")
      .trim()
      .split("\n");
    const kept = lines.filter((line, i) => !("loss" in JSON.parse(line)) || i % 50 === 0);
    const log = name === last ? "training-words.jsonl" : "training.jsonl";
    writeFileSync(join(shipped, log), `${kept.join("\n")}\n`);
  }
}

function readFlags() {
  const options = {
    engine: { type: "string", default: "auto" },
    ship: { type: "boolean", default: false },
    wide: { type: "boolean", default: false },
  };
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    console.error(`error: ${error.message}`);
    console.error("usage: npm run pretrain [-- --engine NAME] [-- --ship] [-- --wide]");
    process.exit(2);
  }
}
