// Whether less precise products change what is learnt: the tiny model tuned with LoRA on the same batches in each
// precision, through the whole trainer; the losses compared step by step.
//   node bench/gpu/loss-curve.mjs PLUGIN MODEL PICTURES [STEPS]

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine } from "@cliptune/engine";
import { loadTrainModel, parseTrainConfig, readMetrics, train } from "@cliptune/trainer";

const [plugin, modelDir, pictures, steps = "200"] = process.argv.slice(2);
if (!pictures)
  throw new Error("usage: node bench/gpu/loss-curve.mjs PLUGIN MODEL PICTURES [STEPS]");
const folder = mkdtempSync(join(tmpdir(), "cliptune-curve-"));
const settings = {
  ...{ model: modelDir, steps: Number(steps), batchSize: 128, lora: { rank: 16, alpha: 32 } },
  data: { train: [{ path: pictures }] },
  evaluate: { start: false },
};

async function losses(precision) {
  const engine = await createEngine("xla", { plugin, precision });
  const config = parseTrainConfig(settings, "bench");
  const model = await loadTrainModel(config);
  const outDir = join(folder, precision);
  const from = performance.now();
  await train(config, { outDir, engine, model });
  const seconds = (performance.now() - from) / 1000;
  await engine.dispose();
  const records = await readMetrics(join(outDir, "metrics.jsonl"));
  const taken = records.filter(({ type }) => type === "step");
  const warm = taken.slice(taken.length >> 1);
  const rate = warm.map((r) => r.pairsPerSecond).sort((a, b) => a - b)[warm.length >> 1];
  console.log(
    `${precision}: ${seconds.toFixed(1)} s, ${rate.toFixed(0)} pairs/s from files, last loss ${taken.at(-1).loss.toFixed(4)}`,
  );
  return taken.map(({ loss }) => loss);
}

const curves = [];
for (const precision of ["float32", "tf32", "bf16"]) {
  curves.push(await losses(precision));
}
rmSync(folder, { recursive: true });

const window = 10;
const smooth = (curve) =>
  curve
    .slice(window - 1)
    .map((_, i) => curve.slice(i, i + window).reduce((a, b) => a + b) / window);
const [reference, ...others] = curves;
for (const curve of others) {
  const relative = (a, b) => Math.max(...a.map((x, i) => Math.abs(x / b[i] - 1)));
  const raw = relative(curve, reference);
  const means = relative(smooth(curve), smooth(reference));
  console.log(
    `largest difference from the first: ${(100 * raw).toFixed(2)} % of a step's loss, ${(100 * means).toFixed(2)} % of the mean of ${window} steps`,
  );
}
