// Every kind of training step, by the trainer itself, on XLA beside ONNX Runtime: in float32, in bf16, and in bf16 on two
// devices where there are two. Compares loss and length of the gradient over some steps of the tiny model.
//   npx cliptune data add signs
//   node bench/gpu/train-check.mjs PLUGIN [--only GradCache] [--steps 4]
// Without a GPU: bench/gpu/cpu-plugin/build.sh, and CPU_DEVICES=2. Ends with status 1 when one is out of bounds.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createEngine } from "@cliptune/engine";
import { loadTrainModel, parseTrainConfig, readMetrics, train } from "@cliptune/trainer";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string", default: "" },
    steps: { type: "string", default: "4" },
    model: { type: "string", default: "data/models/tiny" },
    pictures: { type: "string", default: ".cliptune/data/signs" },
  },
});
const [plugin] = positionals;
if (!plugin) throw new Error("usage: node bench/gpu/train-check.mjs PLUGIN [--only NAME]");
const folder = mkdtempSync(join(tmpdir(), "cliptune-train-check-"));
const words = join(folder, "words.jsonl");
const pairs = Array.from({ length: 64 }, (_, i) => JSON.stringify([`sign ${i}`, `number ${i}`]));
writeFileSync(words, pairs.join("\n"));

const lora = { lora: { rank: 16, alpha: 32 } };
const full = { mode: "full", optimizer: { learningRate: 1e-4 } };
/** As data/recipes/tiny.yaml trains. */
const pretraining = {
  ...{ mode: "full", init: "random", architecture: values.model },
  optimizer: { learningRate: 1.2e-3, weightDecay: 0.2, beta2: 0.98, epsilon: 1e-6, clipNorm: 1 },
  augment: { crop: [0.5, 1.4], ratio: [0.85, 1.18], jitter: 0.4, patches: 0.5 },
};
const kinds = {
  LoRA: lora,
  "LoRA, recomputed": { ...lora, recompute: true },
  DoRA: { lora: { rank: 16, alpha: 32, useDora: true } },
  "LoRA with dropout and biases": { lora: { rank: 16, alpha: 32, dropout: 0.1, bias: "all" } },
  "LoRA, half the patches": { ...lora, augment: { patches: 0.5 } },
  GradCache: { ...lora, microBatchSize: 16 },
  "two batches a step": { ...lora, accumulate: 2 },
  "full, averaged": { ...full, ema: {} },
  "SigLIP, NT-Xent and uniformity": {
    ...lora,
    loss: [{ siglip: 1 }, { ntXent: 0.5 }, { uniformity: 0.1 }],
  },
  "distilled from the base": { ...lora, loss: [{ infoNce: 1 }, { similarityMse: 1 }] },
  "pre-training": pretraining,
  "pre-training, with texts and pairs of pictures": {
    ...pretraining,
    loss: [{ infoNce: 1 }, { textPairs: 0.3 }, { supCon: { weight: 0.3, of: "image" } }],
    texts: { path: words, count: 32 },
  },
};

/** Loss and length of the gradient of every step. */
async function curve(settings, engineName, options) {
  const { texts, ...more } = settings;
  const config = parseTrainConfig(
    {
      ...{ model: values.model, steps: Number(values.steps), batchSize: 32 },
      ...more,
      data: { train: [{ path: values.pictures }], ...(texts && { texts }) },
      evaluate: { start: false },
    },
    "bench",
  );
  const engine = await createEngine(engineName, options);
  const outDir = mkdtempSync(join(folder, "run-"));
  try {
    await train(config, { outDir, engine, model: await loadTrainModel(config) });
  } finally {
    await engine.dispose();
  }
  const records = await readMetrics(join(outDir, "metrics.jsonl"));
  return records
    .filter(({ type }) => type === "step")
    .map(({ loss, gradNorm }) => [loss, gradNorm]);
}

/** The greatest |a / b − 1| of loss and of the gradient's length. */
const apart = (a, b) =>
  [0, 1].map((column) => Math.max(...a.map((row, i) => Math.abs(row[column] / b[i][column] - 1))));

const settings = [
  { precision: "float32", bounds: [1e-4, 1e-3] },
  { precision: "bf16", bounds: [1e-2, 0.1] },
  { precision: "bf16", devices: 2, bounds: [1e-2, 0.1] },
];
const twoDevices = await createEngine("xla", { plugin, devices: 2 }).then(
  (engine) => engine.dispose().then(() => true),
  () => false,
);
if (!twoDevices) console.log("one device only: nothing is split over two");
let failures = 0;
for (const [name, kind] of Object.entries(kinds)) {
  if (!name.includes(values.only)) continue;
  const wanted = await curve(kind, "onnx-cpu", {});
  for (const { bounds, ...options } of settings) {
    // The trainer refuses texts without pictures on several devices.
    if (options.devices && (!twoDevices || kind.texts)) continue;
    const what = `${name}, ${options.precision}${options.devices ? ", 2 devices" : ""}`;
    try {
      const got = await curve({ ...kind, devices: options.devices ?? 1 }, "xla", {
        plugin,
        ...options,
      });
      const found = apart(got, wanted);
      const isRight = got.length === wanted.length && found.every((x, i) => x < bounds[i]);
      if (!isRight) failures++;
      const [loss, gradient] = found.map((x) => x.toExponential(1));
      console.log(`${what}: loss ${loss}, gradient ${gradient}${isRight ? "" : " FAILED"}`);
    } catch (fault) {
      failures++;
      console.log(`${what}: FAILED ${fault.message.slice(0, 800)}`);
    }
  }
}
rmSync(folder, { recursive: true });
console.log(failures > 0 ? `${failures} FAILED` : "all within bounds");
process.exitCode = failures > 0 ? 1 : 0;
