// npm run tokenizer -w data [-- --base DIR] [--signs DIR] [--cache DIR] [--out FILE] [--size 6000] [--length 32]
// Learns the tiny CLIP's vocabulary from the captions of the base set and the signs ("train" rows only)
// and from common English words. Run "npm run base -w data" first.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { materialise, tinyModelDir } from "../dist/index.js";
import { captionTexts, englishWords } from "../dist/tokenizer-corpus.js";
import { trainTokenizer } from "../dist/tokenizer-json.js";

const home = fileURLToPath(new URL("../../.cliptune", import.meta.url));
const { values } = parseArgs({
  options: {
    base: { type: "string", default: join(home, "base") },
    signs: { type: "string", default: join(home, "signs") },
    cache: { type: "string", default: join(home, "packages") },
    out: { type: "string", default: join(tinyModelDir, "tokenizer.json") },
    size: { type: "string", default: "6000" },
    length: { type: "string", default: "32" },
  },
});

try {
  await materialise("signs", values.signs);
  const texts = [...captionTexts([values.base, values.signs]), ...englishWords(values.cache)];
  const options = { size: Number(values.size), length: Number(values.length) };
  const tokenizer = trainTokenizer(texts, options);
  writeFileSync(values.out, `${JSON.stringify(tokenizer)}\n`);
  const entries = Object.keys(tokenizer.model.vocab).length;
  console.log(JSON.stringify({ texts: texts.length, entries, file: values.out }));
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
