// node scripts/words.mjs --model DIR --base DIR --architecture DIR --out DIR [--epochs 3]
// The second stage of pre-training is the text tower's alone. This makes what it learns from: a word tower, trained against
// pictures as the model's image tower sees them, gives every text a vector, to which the model's own for that text is added.
// OUT/model is where the stage starts: the model with the new vocabulary and its pictures' mean taken off.
// OUT/titles, captions, nouns … are texts with vectors; data/recipes/tiny-words.yaml trains on them.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readKinds } from "../data/dist/kinds.js";
import { englishWords } from "../data/dist/tokenizer-corpus.js";
import {
  createEncoder,
  loadModel,
  parseConfig,
  saveModel,
  writeSafetensors,
} from "../packages/clip/dist/index.js";
import { createEngine } from "../packages/engine/dist/index.js";
import { makeLessons, tagsOf } from "./words/lessons.mjs";
import { embedCentred, readRows } from "./words/pictures.mjs";
import { respell } from "./words/respell.mjs";
import { createBags } from "./words/terms.mjs";
import { trainWordTower, unit } from "./words/word-tower.mjs";

/** How much of the model's own text vector is added to the word tower's. */
const OWN_SHARE = 0.5;
const SEED = 0;

const { values: flags } = parseArgs({
  options: {
    ...Object.fromEntries(
      ["model", "base", "architecture", "out"].map((name) => [name, { type: "string" }]),
    ),
    packages: { type: "string", default: ".cliptune/packages" },
    engine: { type: "string", default: "auto" },
    epochs: { type: "string", default: "3" },
  },
});

const model = await loadModel(resolve(flags.model));
const rows = await readRows(flags.base);
const stamp = JSON.stringify({ model: model.fingerprint, pictures: rows.length, ...flags });
const stampFile = join(flags.out, "made-from.json");
if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) {
  console.error(`${flags.out} is up to date.`);
  process.exit();
}
const engine = await createEngine(flags.engine);
console.error(`Embedding ${rows.length} pictures`);
const { vectors, weights } = await embedCentred(
  engine,
  model,
  rows.map((row) => join(flags.base, row.file_name)),
);

console.error("Training the word tower");
const documents = rows.map((row) => ({ title: row.title, tags: tagsOf(row) }));
const bags = createBags(documents, readKinds(flags.packages));
const numbers = new Map();
const pictures = documents.map(({ title, tags }, i) => {
  if (!numbers.has(title)) numbers.set(title, numbers.size);
  return { title, tags, titleKey: numbers.get(title), vector: vectors[i] };
});
const wordsVector = await trainWordTower(engine, pictures, bags, {
  epochs: Number(flags.epochs),
  seed: SEED,
  onStep(step, steps, loss) {
    if (step % 10 === 0 || step === steps)
      console.error(`step ${step} of ${steps}: ${loss.toFixed(3)}`);
  },
});

const lines = readFileSync(`${flags.base}-words.jsonl`, "utf8").trim().split("\n");
const words = englishWords(flags.packages).map(({ text }) => text.toLowerCase());
const lessons = makeLessons(rows, {
  groups: lines.map((line) => JSON.parse(line)),
  words,
  seed: SEED,
});
const encoder = await createEncoder(engine, model);
for (const [name, set] of Object.entries(lessons)) await writeLessons(join(flags.out, name), set);
await writeStart(join(flags.out, "model"));
await engine.dispose();
writeFileSync(stampFile, stamp); // last: what was begun and left is made again

async function writeLessons(dir, set) {
  const meanings = [...new Set(set.map(({ meaning }) => meaning))];
  const place = new Map(meanings.map((meaning, i) => [meaning, i]));
  const own = await encoder.encodeTexts(meanings);
  const width = own.length / meanings.length;
  const data = new Float32Array(set.length * width);
  const known = new Map();
  for (const [i, { meaning }] of set.entries()) {
    if (!known.has(meaning)) {
      const at = place.get(meaning) * width;
      known.set(meaning, unit(wordsVector(meaning).map((x, d) => x + OWN_SHARE * own[at + d])));
    }
    data.set(known.get(meaning), i * width);
  }
  mkdirSync(dir, { recursive: true });
  writeFileSync(
    join(dir, "texts.jsonl"),
    set.map(({ texts }) => `${JSON.stringify(texts)}\n`).join(""),
  );
  const array = { dtype: "float32", shape: [set.length, width], data };
  await writeSafetensors(join(dir, "vectors.safetensors"), { vectors: array });
  console.error(`${set.length} texts in ${dir}`);
}

async function writeStart(dir) {
  const read = (name) => JSON.parse(readFileSync(join(flags.architecture, name), "utf8"));
  const json = read("tokenizer.json");
  const table = respell(model, json);
  const start = { ...weights, "text_model.embeddings.token_embedding.weight": table };
  const where = join(flags.architecture, "config.json");
  const config = parseConfig(read("config.json"), where);
  await saveModel(
    { ...model, config, tokenizer: { ...model.tokenizer, json }, weights: start },
    dir,
  );
}
