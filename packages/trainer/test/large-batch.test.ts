import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Arrays, createEngine, type Data, type ProgramDefinition } from "@cliptune/engine";
import { parseTrainConfig, type TrainConfig, train } from "@cliptune/trainer";
import { expect, test, vi } from "vitest";
import { gatherGradients } from "../dist/large-batch.js";
import type { ClassShape } from "../dist/step-inputs.js";
import { createTrainable } from "../dist/trainable.js";
import { stopAfter, tinyWorld } from "./tiny-world.js";

const world = await tinyWorld();
const engine = await createEngine("auto");
vi.setConfig({ testTimeout: 240_000 });
const { model } = world;

const loss = [
  { infoNce: { falseNegatives: 0.1 } },
  { siglip: 0.5 },
  { uniformity: 0.1 },
  { ntXent: 0.3 },
  { simCse: { weight: 0.2, captions: "other" } },
];
const lora = { rank: 4, alpha: 8, init: "pissa", bias: "all" };
const config = (more: Record<string, unknown>): TrainConfig =>
  world.config({ loss, lora, temperature: "learned", batchSize: 8, ...more });

const [dimension, canvas, length] = [model.config.projectionDim, 24, 8];

/** Rows of random pixels, tokens, views and a teacher's embeddings, for a step of `pairs`. */
function inputsOf(pairs: number): Record<string, Data> {
  const numbers = (n: number, low = 0, high = 1) =>
    Float32Array.from(
      { length: n },
      (_, i) => low + (high - low) * (((i * 7919 + 13) % 1009) / 1009),
    );
  const boxes = (n: number) =>
    Float32Array.from({ length: 4 * n }, (_, i) => (i % 4 < 2 ? 0.05 * (i % 3) : 0.8));
  const colors = (n: number) =>
    Float32Array.from({ length: 12 * n }, (_, i) => ([0, 5, 10].includes(i % 12) ? 0.9 : 0.02));
  const ids = (shift: number) =>
    Int32Array.from({ length: pairs * length }, (_, i) =>
      i % length === 0
        ? 1
        : i % length === 4
          ? 2
          : 3 + ((i * 5 + shift + Math.floor(i / length)) % 9),
    );
  const teacher = (shift: number) => {
    const rows = numbers(pairs * dimension, -1, 1).map((x, i) => x + ((i + shift) % 5) / 5);
    return rows.map((x, i) => {
      const row = rows.subarray(i - (i % dimension), i - (i % dimension) + dimension);
      return x / Math.hypot(...row);
    });
  };
  const ends = new Int32Array(pairs).fill(4);
  return {
    canvases: Uint8Array.from(
      { length: pairs * canvas * canvas * 3 },
      (_, i) => (i * 37 + (i >> 7) * 11) % 256,
    ),
    ...{ boxes: boxes(pairs), colors: colors(pairs), ids: ids(0), ends },
    ...{ otherIds: ids(4), otherEnds: ends, seed: Float32Array.of(0.5) },
    ...{
      viewBoxes: boxes(2 * pairs),
      viewColors: colors(2 * pairs),
      viewBlurs: numbers(2 * pairs, 0, 0.02),
    },
    titles: Int32Array.from({ length: pairs }, (_, i) => i % 5),
    captions: Int32Array.from({ length: pairs }, (_, i) => i),
    ...{ teacherImage: teacher(0), teacherText: teacher(1) },
  };
}

/** Every gradient of a step, and what the loss was. */
async function gradients(config: TrainConfig, inputs: Record<string, Data>, classes?: ClassShape) {
  const trainable = createTrainable(engine, model, config);
  const { batchSize } = config;
  const shape = {
    batchSize,
    canvasSize: canvas,
    textLength: length,
    keptPatches: 0,
    dimension,
    classes,
  };
  const programFor = (definition: ProgramDefinition) => engine.compile(definition);
  const outputs = await gatherGradients({ trainable, config, programFor, shape }, inputs);
  const keys = trainable.names.map((name) => `gradient.${name}`);
  const found = await trainable.state.read(keys);
  trainable.state.dispose();
  trainable.constants?.dispose();
  return { outputs, found };
}

function largestGap(a: Arrays, b: Arrays): number {
  const gaps = Object.keys(a).map((name) =>
    Math.max(...a[name]!.data.map((x, i) => Math.abs(x - b[name]!.data[i]!))),
  );
  return Math.max(...gaps);
}

const largest = (arrays: Arrays): number =>
  Math.max(...Object.values(arrays).map(({ data }) => Math.max(...data.map(Math.abs))));

test("micro-batches of 1 to 8 give the whole batch's loss, terms and gradients within 1e-5", async () => {
  const inputs = inputsOf(8);
  const plain = await gradients(config({ microBatchSize: 8 }), inputs);
  expect(Object.keys(plain.found)).toContain("gradient.logit_scale");
  expect(Object.keys(plain.found)).toContain("gradient.logit_bias");
  expect(largest(plain.found)).toBeGreaterThan(0.1);
  for (const microBatchSize of [1, 4]) {
    const cached = await gradients(config({ microBatchSize }), inputs);
    expect(largestGap(plain.found, cached.found)).toBeLessThan(1e-5);
    expect(largestGap(plain.outputs, cached.outputs)).toBeLessThan(1e-5);
  }
});

test("prompts of classes, five of them, are cached too: the same gradients within 1e-5", async () => {
  const terms = [{ classCrossEntropy: {} }, { infoNce: 0.5 }];
  const classes = { count: 5, length };
  const inputs = {
    ...inputsOf(8),
    labels: Int32Array.from({ length: 8 }, (_, i) => i % 5),
    classIds: inputsOf(5)["ids"]!,
    classEnds: new Int32Array(5).fill(4),
  };
  const at = (more: object) => gradients(config({ loss: terms, ...more }), inputs, classes);
  const plain = await at({ microBatchSize: 8 });
  const path = "text_model.encoder.layers.0.self_attn.q_proj.lora_B.weight";
  const alone = await at({ microBatchSize: 8, loss: [{ infoNce: 0.5 }] });
  expect(largestGap(plain.found, alone.found)).toBeGreaterThan(1e-2); // the classes count
  expect(Object.keys(plain.found)).toContain(`gradient.${path}`);
  for (const microBatchSize of [2, 4]) {
    const cached = await at({ microBatchSize });
    expect(largestGap(plain.found, cached.found)).toBeLessThan(1e-5);
    expect(largestGap(plain.outputs, cached.outputs)).toBeLessThan(1e-5);
  }
});

test("accumulating is the mean of the batches' gradients, in micro-batches or whole", async () => {
  const inputs = inputsOf(16);
  const half = (g: number) =>
    Object.fromEntries(
      Object.entries(inputs).map(([name, data]) => {
        if (name === "seed") return [name, data];
        const width = data.length / 16;
        return [name, data.filter((_, i) => Math.floor(i / width) % 2 === g) as Data];
      }),
    );
  const [first, second] = [
    await gradients(config({ microBatchSize: 8 }), half(0)),
    await gradients(config({ microBatchSize: 8 }), half(1)),
  ];
  const mean = Object.fromEntries(
    Object.entries(first!.found).map(([name, array]) => [
      name,
      {
        ...array,
        data: (array.data as Float32Array).map((x, i) => (x + second!.found[name]!.data[i]!) / 2),
      },
    ]),
  );
  const whole = await gradients(config({ accumulate: 2 }), inputs);
  expect(largestGap(mean, whole.found)).toBeLessThan(1e-5);
  const cached = await gradients(config({ accumulate: 2, microBatchSize: 4 }), inputs);
  expect(largestGap(mean, cached.found)).toBeLessThan(1e-5);
  expect(whole.outputs["loss"]!.data[0]).toBeCloseTo(cached.outputs["loss"]!.data[0]!, 4);
});

test("a run in micro-batches with dropout resumes with the same bits, and its metrics count every pair", async () => {
  const given = world.config({
    ...{ batchSize: 8, microBatchSize: 4, accumulate: 2, steps: 3, temperature: "learned" },
    loss: [{ infoNce: 1 }, { simCse: { weight: 0.2, captions: "other" } }],
    data: { train: [{ path: world.pictures }] },
    ...{ lora: { rank: 4, alpha: 8, dropout: 0.1 }, checkpoint: { every: 1 } },
  });
  const [whole, broken] = [join(world.dir, "whole"), join(world.dir, "broken")];
  const summary = await train(given, { outDir: whole, engine, model });
  expect(summary.epoch).toBe(1.5); // 32 pairs, 16 a step
  await train(given, {
    ...{ outDir: broken, engine, model, ...stopAfter(1) },
  });
  await train(given, { outDir: broken, engine, model, resume: true });
  for (const file of ["adapter_model.safetensors", "optimizer.safetensors"]) {
    const path = `checkpoints/step-000003/${file}`;
    expect(await readFile(join(broken, path))).toEqual(await readFile(join(whole, path)));
  }
});

test("micro-batches must divide the batch", () => {
  const given = { data: { train: [{ path: "." }] }, batchSize: 10, microBatchSize: 4 };
  expect(() => parseTrainConfig(given)).toThrow("must divide batchSize");
});
