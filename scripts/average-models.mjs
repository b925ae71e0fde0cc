// node scripts/average-models.mjs --out DIR MODEL_DIR MODEL_DIR …
// OUT is a model of the same shape whose weights are the mean of the models' (a model soup, arXiv 2203.05482): for models that were
// trained from the same start.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { loadModel, saveModel } from "../packages/clip/dist/index.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: "string" } },
});
const models = [];
for (const dir of positionals) models.push(await loadModel(resolve(dir)));
const [first] = models;
const mean = (name) => {
  const arrays = models.map(({ weights }) => weights[name]);
  const data = arrays[0].data.map(
    (_, i) => arrays.reduce((sum, array) => sum + array.data[i], 0) / arrays.length,
  );
  return { ...arrays[0], data };
};
const weights = Object.fromEntries(Object.keys(first.weights).map((name) => [name, mean(name)]));
await saveModel({ ...first, weights }, values.out, { dtype: "float16" });
