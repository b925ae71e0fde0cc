// npm run pretrain [-- --engine xla] [-- --ship] makes the tiny CLIP again from scratch, seeded, and measures it. What
// was begun goes on, what is there is left alone. --ship puts the result into data/models/tiny.
//   1  both towers from random weights, on pictures with names: data/recipes/tiny.yaml
//   2  a text tower that reaches further, in a vocabulary of seven languages: scripts/words.mjs
//   then twice:
//   3  the image tower towards those texts, on more pictures, by two recipes: data/recipes/tiny-pictures.yaml and
//      tiny-pictures-varied.yaml; what is kept is the mean of both: scripts/average-models.mjs
//   4  as 2, from the image tower of 3
// --home DIR keeps the parts elsewhere than in .cliptune; --steps N rehearses, with N steps of each training.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { cliptune, narrate, showCliptune } from "./demo-steps.mjs";
import { rootDir, runStep } from "./run-step.mjs";

const { engine, ship, steps, home: homeFlag } = readFlags();
const home = resolve(homeFlag);
const shipped = join(rootDir, "data/models/tiny");
const recipes = ["tiny-pictures", "tiny-pictures-varied"];
/** How often the towers learn from each other. */
const ROUNDS = [1, 2];
/** What lies in `home`, by name, in the order made. */
const made = { trained: [], taught: [] };

const base = drawBase("base", "19,838 pictures from 14");
prepareArchitecture(join(home, "tiny-architecture"), base, 6000);
const wideBase = drawBase("base-wide", "33,134 pictures from 25", ["--wide"]);
const architecture = join(home, "tiny-wide-architecture");
prepareArchitecture(architecture, wideBase, 24_000);

narrate("Training both towers from random weights");
const first = await train("tiny", { recipe: "tiny" });

narrate("Giving texts their vectors, and the model a text tower that knows them");
let model = teachWords(first, "tiny-words");

for (const round of ROUNDS) {
  narrate(`Teaching the image tower what those texts mean, round ${round} of ${ROUNDS.length}`);
  const models = await trainAll(round, model);
  const mean = join(home, `tiny-mean-${round}`);
  runStep("node", ["scripts/average-models.mjs", "--out", mean, ...models]);

  narrate("Giving texts their vectors once more, by the new image tower");
  model = teachWords(mean, `tiny-words-${round}`);
}

narrate("Measuring it");
await showCliptune(["evaluate", "--suite", "all", "--model", model]);
if (ship) {
  narrate("Putting it into data/models/tiny");
  shipModel();
}
console.error(`The model is in ${ship ? shipped : model}.`);

/** Side by side on a GPU, which waits for one run's batches half of the time; one after the other on the processor's cores. */
async function trainAll(round, from) {
  const runs = recipes.map((recipe, i) => () => {
    const quiet = engine === "xla" && i > 0;
    return train(`${recipe}-${round}`, { recipe, from, quiet });
  });
  if (engine === "xla") return Promise.all(runs.map((run) => run()));
  const models = [];
  for (const run of runs) models.push(await run());
  return models;
}

/**
 * Trains by a recipe of data/recipes, with the places of this run in it.
 *
 * @param from the model to begin with, where the recipe has one
 * @returns the directory of the model
 */
async function train(name, { recipe, from, quiet = false }) {
  const out = join(home, name);
  const resume = existsSync(join(out, "config.json")) ? ["--resume"] : [];
  const text = readFileSync(join(rootDir, "data/recipes", `${recipe}.yaml`), "utf8")
    .replace(/^model: .*$/m, `model: ${JSON.stringify(from)}`)
    .replace(/^steps: \d+/m, (whole) => (steps ? `steps: ${steps}` : whole))
    .replaceAll("../../.cliptune", home);
  const file = join(home, `${name}.yaml`);
  writeFileSync(file, text);
  await cliptune(["train", file, "--out", out, "--engine", engine, ...resume], { quiet });
  made.trained.push(name);
  return join(out, "model");
}

/** @returns the directory of the model, with its text tower made anew */
function teachWords(from, name) {
  const out = join(home, name);
  const words = ["--model", from, "--base", wideBase, "--engine", engine, "--out", out];
  const places = ["--architecture", architecture, "--packages", join(home, "packages")];
  const rehearsal = steps ? ["--epochs", "1", "--steps", steps] : [];
  runStep("node", ["scripts/words.mjs", ...words, ...places, ...rehearsal]);
  made.taught.push(name);
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
  for (const name of readdirSync(shipped).filter((file) => file.startsWith("training-"))) {
    rmSync(join(shipped, name));
  }
  for (const name of made.trained) {
    const lines = readFileSync(join(home, name, "metrics.jsonl"), "utf8")
      .trim()
      .split("\n");
    const kept = lines.filter((line, i) => !("loss" in JSON.parse(line)) || i % 50 === 0);
    writeFileSync(join(shipped, `training-${name}.jsonl`), `${kept.join("\n")}\n`);
  }
  for (const name of made.taught) {
    copyFileSync(join(home, name, "fits.jsonl"), join(shipped, `training-${name}.jsonl`));
  }
}

function readFlags() {
  const options = {
    engine: { type: "string", default: "auto" },
    ship: { type: "boolean", default: false },
    home: { type: "string", default: join(rootDir, ".cliptune") },
    steps: { type: "string" },
    help: { type: "boolean", default: false },
  };
  const usage =
    "usage: npm run pretrain [-- --engine NAME] [-- --ship] [-- --home DIR] [-- --steps N]";
  try {
    const { values } = parseArgs({ options });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    if (values.steps && !/^[1-9]\d*$/.test(values.steps))
      throw new Error("--steps is a whole number from 1 up");
    if (values.steps && values.ship) throw new Error("a rehearsal (--steps) is not shipped");
    return values;
  } catch (error) {
    console.error(`error: ${error.message}`);
    console.error(usage);
    process.exit(2);
  }
}
