// npm run pretrain [-- --engine xla] [-- --ship] makes the tiny CLIP again from scratch, seeded, and measures it. What
// was begun goes on, what is there is left alone. --ship puts the result into data/models/tiny.
//   1  both towers from random weights, on pictures with names: data/recipes/tiny.yaml
//   2  a text tower that reaches further, in a vocabulary of seven languages: scripts/words.mjs
//   3  the image tower towards those texts, on more pictures, twice: data/recipes/tiny-pictures.yaml and
//      tiny-pictures-varied.yaml; what is kept is the mean of both: scripts/average-models.mjs
//   4  as 2, from the image tower of 3
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

const { engine, ship } = readFlags();
const home = join(rootDir, ".cliptune");
const shipped = join(rootDir, "data/models/tiny");
const third = ["tiny-pictures", "tiny-pictures-varied"];

const base = drawBase("base", "19,838 pictures from 14");
prepareArchitecture(join(home, "tiny-architecture"), base, 6000);
const wideBase = drawBase("base-wide", "33,134 pictures from 25", ["--wide"]);
const architecture = join(home, "tiny-wide-architecture");
prepareArchitecture(architecture, wideBase, 24_000);

narrate("Training both towers from random weights");
const first = await train("tiny");

narrate("Giving texts their vectors, and the model a text tower that knows them");
teachWords(first, "tiny-words");

narrate("Teaching the image tower what those texts mean");
const models = await trainAll(third);
const mean = join(home, "tiny-mean");
runStep("node", ["scripts/average-models.mjs", "--out", mean, ...models]);

narrate("Giving texts their vectors once more, by the new image tower");
const model = teachWords(mean, "tiny-words-again");

narrate("Measuring it");
await showCliptune(["evaluate", "--suite", "all", "--model", model]);
if (ship) {
  narrate("Putting it into data/models/tiny");
  shipModel();
}
console.error(`The model is in ${ship ? shipped : model}.`);

/** Side by side on a GPU, which waits for one run's batches half of the time; one after the other on the processor's cores. */
async function trainAll(names) {
  if (engine === "xla") {
    return Promise.all(names.map((name, i) => train(name, { quiet: i > 0 })));
  }
  const models = [];
  for (const name of names) models.push(await train(name));
  return models;
}

/** @returns the directory of the model that the recipe of that name made */
async function train(name, { quiet = false } = {}) {
  const out = join(home, name);
  const resume = existsSync(join(out, "config.json")) ? ["--resume"] : [];
  const recipe = join(rootDir, "data/recipes", `${name}.yaml`);
  const args = ["train", recipe, "--out", out, "--engine", engine, ...resume];
  await cliptune(args, { quiet });
  return join(out, "model");
}

/** @returns the directory of the model, with its text tower made anew */
function teachWords(from, name) {
  const out = join(home, name);
  const words = ["--model", from, "--base", wideBase, "--engine", engine, "--out", out];
  const places = ["--architecture", architecture, "--packages", join(home, "packages")];
  runStep("node", ["scripts/words.mjs", ...words, ...places]);
  return join(out, "model");
}

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
  for (const name of ["tiny", ...third]) {
    const lines = readFileSync(join(home, name, "metrics.jsonl"), "utf8")
      .trim()
      .split("\n");
    const kept = lines.filter((line, i) => !("loss" in JSON.parse(line)) || i % 50 === 0);
    writeFileSync(join(shipped, `training-${name}.jsonl`), `${kept.join("\n")}\n`);
  }
  for (const name of ["tiny-words", "tiny-words-again"]) {
    copyFileSync(join(home, name, "fits.jsonl"), join(shipped, `training-${name}.jsonl`));
  }
}

function readFlags() {
  const options = {
    engine: { type: "string", default: "auto" },
    ship: { type: "boolean", default: false },
  };
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    console.error(`error: ${error.message}`);
    console.error("usage: npm run pretrain [-- --engine NAME] [-- --ship]");
    process.exit(2);
  }
}
