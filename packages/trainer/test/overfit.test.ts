import { access } from "node:fs/promises";
import { join } from "node:path";
import { createEncoder, loadAdapter, loadModel } from "@cliptune/clip";
import { createEngine } from "@cliptune/engine";
import {
  evaluateRetrieval,
  readFolder,
  readMetrics,
  type StepRecord,
  train,
} from "@cliptune/trainer";
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

test("an adapter on that model learns other names for the pictures, and an encoder with it agrees", async () => {
  const model = await loadModel(join(world.dir, "full", "best"));
  const next: Record<string, string> = {
    circle: "bar",
    bar: "square",
    square: "triangle",
    triangle: "circle",
  };
  const renamed = (await readFolder(world.pictures)).map((pair) => {
    const [color, shape] = pair.title.split(" ");
    const title = `${color} ${next[shape!]}`;
    return { ...pair, title, captions: [title] };
  });
  const outDir = join(world.dir, "lora");
  const config = world.config({
    batchSize: 32,
    steps: 80,
    lora: { rank: 8, alpha: 16, strength: 0.9 },
    optimizer: { learningRate: 1e-2 },
    evaluate: { every: 40 },
  });
  const datasets = { train: [{ pairs: renamed, weight: 1 }], evaluate: { inDomain: renamed } };
  const summary = await train(config, { outDir, engine, model, datasets });
  const best = summary.best!.sets.inDomain!;
  expect(summary.base!.inDomain!.textToImage.r1).toBeLessThan(0.3);
  expect(best.textToImage.r1).toBeGreaterThan(0.8);
  const adapter = await loadAdapter(join(outDir, "best"), model);
  const encoder = await createEncoder(engine, model, { adapter, strength: summary.strength! });
  const again = await evaluateRetrieval(encoder, renamed, { preprocessing: model.preprocessing });
  expect(again.textToImage).toEqual(best.textToImage);
  expect(again.alignment).toBeCloseTo(best.alignment, 4);
  expect(again.uniformityText).toBeCloseTo(best.uniformityText, 4);
});
