import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readSafetensors } from "@cliptune/clip";
import { createEngine } from "@cliptune/engine";
import { parseTrainConfig, readMetrics, type TrainConfig, train } from "@cliptune/trainer";
import type * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test, vi } from "vitest";
import { blur } from "../dist/blur.js";
import { stopAfter, tinyWorld } from "./tiny-world.js";

const world = await tinyWorld();
const engine = await createEngine("auto");
vi.setConfig({ testTimeout: 240_000 });
const { model } = world;

const stepsOf = async (dir: string) =>
  (await readMetrics(join(dir, "metrics.jsonl"))).filter((record) => record.type === "step");

describe("the loss in a configuration", () => {
  const withLoss = (loss: unknown) => parseTrainConfig({ data: { train: [{ path: "." }] }, loss });

  test("is infoNce unless said otherwise", () => {
    expect(withLoss(undefined).loss).toEqual([{ infoNce: 1 }]);
  });

  test("names the nearest loss, and the nearest option, for an unknown one", () => {
    expect(() => withLoss([{ infonce: 1 }])).toThrow('did you mean "infoNce"?');
    expect(() => withLoss([{ uniformity: { wieght: 1 } }])).toThrow('did you mean "weight"?');
  });

  test("gives each loss once, one a term", () => {
    expect(() => withLoss([{ infoNce: 1, uniformity: 1 }])).toThrow("each term names one loss");
    expect(() => withLoss([{ infoNce: 1 }, { infoNce: 2 }])).toThrow("names a loss twice");
  });

  test("refuses simCse on one caption without dropout, which would compare equal vectors", () => {
    expect(() => withLoss([{ simCse: 1 }])).toThrow("needs lora.dropout above 0");
    expect(withLoss([{ simCse: { captions: "other" } }]).loss).toHaveLength(1);
  });
});

const everything = [
  { infoNce: { falseNegatives: 0.05 } },
  { hardNegativeNce: { weight: 0.5, beta: 0.1 } },
  { decoupledNce: 0.1 },
  { infoNceAlignment: 0.01 },
  { infoNceUniformity: { weight: 0.01, of: "text" } },
  { alignment: 0.1 },
  { uniformity: 0.1 },
  { ntXent: 0.2 },
  { simCse: { weight: 0.2, captions: "other" } },
  { supCon: { weight: 0.2, of: "image" } },
  { embeddingMse: 1 },
  { embeddingCosine: { weight: 0.1, of: "image" } },
  { similarityMse: 0.1 },
];

test("the loss is the weighted sum of its terms, and a run resumed within it ends with the same bits", async () => {
  const lora = { rank: 4, alpha: 8, dropout: 0.1 };
  const config = world.config({ loss: everything, lora, steps: 3, checkpoint: { every: 1 } });
  const [whole, broken] = [join(world.dir, "whole"), join(world.dir, "broken")];
  await train(config, { outDir: whole, engine, model });
  await train(config, {
    ...{ outDir: broken, engine, model, ...stopAfter(1) },
  });
  await train(config, { outDir: broken, engine, model, resume: true });
  const newest = "checkpoints/step-000003/adapter_model.safetensors";
  expect(await readFile(join(broken, newest))).toEqual(await readFile(join(whole, newest)));
  const [first] = await stepsOf(whole);
  const { terms, loss } = first!;
  expect(Object.keys(terms!)).toEqual(everything.flatMap(Object.keys));
  const sum = everything.reduce((total, term) => {
    const [[name, given]] = Object.entries(term) as [[string, number | { weight?: number }]];
    return total + (typeof given === "number" ? given : (given.weight ?? 1)) * terms![name]!;
  }, 0);
  expect(loss).toBeCloseTo(sum, 4);
  // Before the first update the model is its own teacher, up to the crop.
  expect(terms!["embeddingMse"]).toBeLessThan(0.1);
  expect(terms!["embeddingMse"]).toBeGreaterThan(0);
});

test("siglip starts from a bias that suits the model, learns it, and resumes with it", async () => {
  const outDir = join(world.dir, "siglip");
  const config = world.config({
    loss: [{ siglip: 1 }],
    steps: 4,
    checkpoint: { every: 1, keep: 9 },
  });
  await train(config, { outDir, engine, model });
  const biasAt = async (step: number) => {
    const path = join(outDir, `checkpoints/step-00000${step}/optimizer.safetensors`);
    return (await readSafetensors(path)).tensors["logit_bias"]!.data[0]!;
  };
  expect(await biasAt(0)).not.toBe(0);
  expect(await biasAt(4)).not.toBe(await biasAt(0));
  const losses = (await stepsOf(outDir)).map(({ loss }) => loss);
  // 16 pictures, one or two right titles each: saying so by the bias alone costs about 4 nats.
  expect(losses[0]).toBeLessThan(6);
});

test("full training may keep to its teacher: it moves less with embeddingCosine than without", async () => {
  const driftOf = async (name: string, loss: TrainConfig["loss"]) => {
    const outDir = join(world.dir, name);
    const optimizer = { learningRate: 3e-3 };
    await train(world.full({ loss, steps: 6, optimizer }), { outDir, engine, model });
    return (await stepsOf(outDir)).at(-1)!.terms!["embeddingCosine"]!;
  };
  const free = await driftOf("free", [{ infoNce: 1 }, { embeddingCosine: 0 }]);
  const held = await driftOf("held", [{ infoNce: 1 }, { embeddingCosine: 30 }]);
  expect(held).toBeLessThan(free / 2);
});

test("blur spreads a dot as a Gaussian, keeps its light, and leaves the picture as it is at deviation 0", async () => {
  const pixels = new Float32Array(2 * 9 * 9 * 3);
  for (const image of [0, 1]) pixels[((image * 9 + 4) * 9 + 4) * 3] = 1; // red, in the middle
  const program = await engine.compile({
    name: "blur",
    inputs: {
      pixels: { dtype: "float32", shape: [2, 9, 9, 3] },
      deviation: { dtype: "float32", shape: [2] },
    },
    run: ({ inputs }) => ({
      outputs: { blurred: blur(inputs["pixels"] as tf.Tensor4D, inputs["deviation"]!) },
    }),
  });
  const deviation = Float32Array.of(0, 1 / 9); // one pixel
  const { blurred } = await program.step({ pixels, deviation });
  await program.dispose();
  const data = blurred!.data as Float32Array;
  expect(data.slice(0, 243)).toEqual(pixels.slice(0, 243));
  const red = (row: number, column: number) => data[243 + (row * 9 + column) * 3]!;
  expect(red(4, 5) / red(4, 4)).toBeCloseTo(Math.exp(-1 / 2), 3);
  expect(red(3, 5) / red(4, 4)).toBeCloseTo(Math.exp(-1), 3);
  expect(data.slice(243).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 2);
});
