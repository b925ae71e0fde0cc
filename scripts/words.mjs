// node scripts/words.mjs --model DIR --base DIR --architecture DIR --out DIR [--epochs 3] [--steps 800]
// The second stage of pre-training is the text tower's alone. A word tower, trained against pictures as the model's image tower sees
// them, gives every text a vector, to which the model's own for that text is added. OUT/model is the model with its pictures'
// mean taken off and, in the new vocabulary, a text tower that is a bag of tokens fitted to those vectors.
// OUT/titles, captions, nouns … are the texts with their vectors, for data/recipes/tiny-words.yaml; OUT/fits.jsonl has the losses.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readKinds } from "../data/dist/kinds.js";
import { englishWords } from "../data/dist/tokenizer-corpus.js";
import { startEngine } from "../packages/cli/dist/engine-choice.js";
import {
  createEncoder,
  createTokenizer,
  loadModel,
  parseConfig,
  saveModel,
  writeSafetensors,
} from "../packages/clip/dist/index.js";
import { bagTower, columnBasis } from "./words/bag-tower.mjs";
import { makeLessons, tagsOf } from "./words/lessons.mjs";
import { embedCentred, readRows } from "./words/pictures.mjs";
import { createBags } from "./words/terms.mjs";
import { fitTokenBag } from "./words/token-bag.mjs";
import { trainWordTower, unit } from "./words/word-tower.mjs";

/** How much of the model's own text vector is added to the word tower's. */
const OWN_SHARE = 0.5;
const SEED = 0;
/** Of each set in a step, as in the recipe. */
const SHARES = { titles: 1, captions: 0.4, nouns: 0.6, words: 0.3, composed: 0.2, translated: 1 };

const { values: flags } = parseArgs({
  options: {
    ...Object.fromEntries(
      ["model", "base", "architecture", "out"].map((name) => [name, { type: "string" }]),
    ),
    packages: { type: "string", default: ".cliptune/packages" },
    engine: { type: "string", default: "auto" },
    epochs: { type: "string", default: "3" },
    steps: { type: "string", default: "800" },
  },
});

const model = await loadModel(resolve(flags.model));
const rows = await readRows(flags.base);
const { base, architecture, epochs, steps } = flags;
const stamp = JSON.stringify({
  ...{ model: model.fingerprint, pictures: rows.length, epochs, steps },
  ...{ base: resolve(base), architecture: resolve(architecture) },
});
const stampFile = join(flags.out, "made-from.json");
if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) {
  console.error(`${flags.out} is up to date.`);
  process.exit();
}
const fits = [];
const engine = await startEngine(flags.engine);
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
  onStep: teller("word tower"),
});

const lines = readFileSync(`${flags.base}-words.jsonl`, "utf8").trim().split("\n");
const words = englishWords(flags.packages).map(({ text }) => text.toLowerCase());
const lessons = makeLessons(rows, {
  groups: lines.map((line) => JSON.parse(line)),
  words,
  seed: SEED,
});
const encoder = await createEncoder(engine, model);
const sets = [];
for (const [name, set] of Object.entries(lessons)) {
  sets.push({ name, set, vectors: await writeLessons(join(flags.out, name), set) });
}
console.error("Fitting a bag of tokens");
await writeModel(join(flags.out, "model"), sets);
await engine.dispose();
writeFileSync(join(flags.out, "fits.jsonl"), fits.join(""));
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
  return set.map(({ meaning }) => known.get(meaning));
}

/** The model with its pictures' mean taken off and a text tower that is the bag of tokens. */
async function writeModel(dir, sets) {
  const read = (name) => JSON.parse(readFileSync(join(flags.architecture, name), "utf8"));
  const where = join(flags.architecture, "config.json");
  const config = parseConfig(read("config.json"), where);
  const { maxPositionEmbeddings: contextLength, vocabSize, hiddenSize } = config.text;
  const json = read("tokenizer.json");
  const tokenizer = createTokenizer(json, { contextLength, vocabSize, where });
  const basis = columnBasis(weights["visual_projection.weight"], hiddenSize - 2);
  const across = (vector) =>
    unit(
      Float32Array.from(basis[0], (_, d) =>
        basis.reduce((sum, row, r) => sum + row[d] * vector[r], 0),
      ),
    );
  const bagged = sets.map(({ name, set, vectors }) => {
    const targets = vectors.map(across);
    const lines = set.flatMap(({ texts }, i) =>
      texts.map((text) => ({ text, target: targets[i] })),
    );
    const { ids, ends, length } = tokenizer.encode(lines.map(({ text }) => text));
    const tokens = lines.map((_, i) => [...ids.subarray(i * length + 1, i * length + ends[i])]);
    return { weight: SHARES[name], tokens, vectors: lines.map(({ target }) => target) };
  });
  const bag = fitTokenBag(bagged, {
    size: vocabSize,
    steps: Number(flags.steps),
    seed: SEED,
    onStep: teller("bag of tokens"),
  });
  const start = { ...weights, ...bagTower(config, bag, basis, SEED) };
  await saveModel({ ...model, config, tokenizer, weights: start }, dir, { dtype: "float16" });
}

/** Says how a fit goes, and keeps it for fits.jsonl. */
function teller(fit) {
  return (step, steps, loss) => {
    if (step % 10 !== 0 && step !== steps) return;
    console.error(`step ${step} of ${steps}: ${loss.toFixed(3)}`);
    fits.push(`${JSON.stringify({ type: "fit", fit, step, loss })}\n`);
  };
}
