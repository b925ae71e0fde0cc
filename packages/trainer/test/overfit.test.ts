import { access } from "node:fs/promises";
import { join } from "node:path";
import { loadModel } from "@cliptune/clip";
import { createEngine } from "@cliptune/engine";
import { readMetrics, type StepRecord, train } from "@cliptune/trainer";
import { expect, test } from "vitest";
import { tinyWorld } from "./tiny-world.js";

const world = await tinyWorld();
const engine = await createEngine("auto");

test("full training from random weights learns 32 pictures by heart and saves a model directory", async () => {
  const outDir = join(world.dir, "full");
  const config = world.full({
    batchSize: 32,
    steps: 90,
    optimizer: { learningRate: 3e-3, weightDecay: 0 },
    evaluate: { every: 30 },
  });
  const summary = await train(config, { outDir, engine, model: world.model });
  const base = summary.base!.inDomain!;
  const best = summary.best!.sets.inDomain!;
  expect(base.n).toBe(32);
  expect(base.textToImage.r1).toBeLessThan(0.3);
  expect(best.textToImage.r1).toBeGreaterThan(0.9);
  expect(best.imageToText.r1).toBeGreaterThan(0.9);
  expect(best.alignment).toBeLessThan(base.alignment);
  const records = await readMetrics(join(outDir, "metrics.jsonl"));
  const steps = records.filter((r): r is StepRecord => r.type === "step");
  expect(steps).toHaveLength(90);
  expect(steps.at(-1)!.loss).toBeLessThan(steps[0]!.loss / 2);
  const saved = await loadModel(join(outDir, "model"));
  expect(saved.weights["logit_scale"]!.data[0]).not.toBe(
    world.model.weights["logit_scale"]!.data[0],
  );
  await access(join(outDir, "best", "tokenizer.json"));
});
