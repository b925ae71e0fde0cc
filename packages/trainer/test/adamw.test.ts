import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import {
  adapterScales,
  endPositions,
  imageTower,
  loadAdapter,
  loadModel,
  readSafetensors,
  textTower,
  unitNorm,
} from "@cliptune/clip";
import { createEngine } from "@cliptune/engine";
import { infoNce } from "@cliptune/losses";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { adamW, initMoments } from "../dist/adamw.js";

const options = { weightDecay: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, clipNorm: 0 };
const float = (...shape: number[]) => ({ dtype: "float32" as const, shape });
const scalars = { learningRate: float(), correction1: float(), correction2: float() };
const scalarsAt = (step: number, learningRate: number) => ({
  learningRate: Float32Array.of(learningRate),
  correction1: Float32Array.of(1 - options.beta1 ** step),
  correction2: Float32Array.of(1 - options.beta2 ** step),
});

/** Three steps on a matrix and a bias whose gradients are given. */
async function update(clipNorm: number) {
  const engine = await createEngine("auto");
  const params = {
    matrix: { ...float(2, 2), data: Float32Array.of(1, -2, 3, -4) },
    bias: { ...float(2), data: Float32Array.of(0.5, -0.5) },
  };
  const state = engine.state({ ...params, ...initMoments(params) });
  const program = await engine.compile({
    name: "adamw",
    state,
    inputs: { matrix: float(2, 2), bias: float(2), ...scalars },
    run: ({ state: now, inputs }) => {
      const { matrix, bias } = inputs as Record<string, tf.Tensor>;
      const step = {
        params: { matrix: now["matrix"]!, bias: now["bias"]! },
        grads: { matrix: matrix!, bias: bias! },
        moments: now,
        learningRate: inputs["learningRate"]!,
        correction1: inputs["correction1"]!,
        correction2: inputs["correction2"]!,
      };
      const { next, gradNorm } = adamW(step, { ...options, clipNorm });
      return { outputs: { gradNorm }, state: next };
    },
  });
  const norms: number[] = [];
  for (let step = 1; step <= 3; step++) {
    const matrix = Float32Array.of(3, 0, -step, 0.5);
    const bias = Float32Array.of(4, -step);
    const outputs = await program.step({ matrix, bias, ...scalarsAt(step, 0.1) });
    norms.push(outputs["gradNorm"]!.data[0]!);
  }
  return { result: await state.read(["matrix", "bias"]), norms };
}

/** The same in double precision, one number at a time. */
function reference(start: number, gradients: number[], decay: number): number {
  let [p, m, v] = [start, 0, 0];
  for (const [i, g] of gradients.entries()) {
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    const direction = m / (1 - 0.9 ** (i + 1)) / (Math.sqrt(v / (1 - 0.999 ** (i + 1))) + 1e-8);
    p -= 0.1 * (direction + decay * p);
  }
  return p;
}

test("updates matrices with decay and biases without, as computed number by number", async () => {
  const { result, norms } = await update(0);
  const matrix = result["matrix"]!.data;
  expect(matrix[0]).toBeCloseTo(reference(1, [3, 3, 3], 0.01), 5);
  expect(matrix[1]).toBeCloseTo(reference(-2, [0, 0, 0], 0.01), 5); // decay alone
  expect(matrix[2]).toBeCloseTo(reference(3, [-1, -2, -3], 0.01), 5);
  expect(result["bias"]!.data[1]).toBeCloseTo(reference(-0.5, [-1, -2, -3], 0), 5);
  expect(norms[0]).toBeCloseTo(Math.sqrt(9 + 1 + 0.25 + 16 + 1), 5);
});

test("clipping divides every gradient by the norm over the limit, and reports the norm before", async () => {
  const { result, norms } = await update(1);
  const clipped = (of: (step: number) => number) =>
    [1, 2, 3].map((step) => of(step) / Math.sqrt(9 + step ** 2 + 0.25 + 16 + step ** 2));
  expect(result["matrix"]!.data[2]).toBeCloseTo(
    reference(
      3,
      clipped((s) => -s),
      0.01,
    ),
    4,
  );
  expect(norms[2]).toBeCloseTo(Math.sqrt(9 + 9 + 0.25 + 16 + 9), 4);
});

test("LoRA+ and layer-wise decay multiply the learning rate, and nothing else", async () => {
  const engine = await createEngine("auto");
  const names = ["a", "b"];
  const ruleOf = (name: string) => ({ rate: name === "b" ? 16 : 1 });
  const array = { ...float(1, 1), data: Float32Array.of(1) };
  const params = { a: array, b: array };
  const state = engine.state({ ...params, ...initMoments(params, ruleOf) });
  const program = await engine.compile({
    ...{ name: "rates", state, inputs: { gradient: float(1, 1), ...scalars } },
    run: ({ state: now, inputs }) => {
      const grads = Object.fromEntries(names.map((name) => [name, inputs["gradient"]!]));
      const own = Object.fromEntries(names.map((name) => [name, now[name]!]));
      const { learningRate, correction1, correction2 } = inputs as Record<string, tf.Tensor>;
      const step = { params: own, grads, moments: now, learningRate: learningRate! };
      const corrections = { correction1: correction1!, correction2: correction2! };
      const { next } = adamW({ ...step, ...corrections }, { ...options, weightDecay: 0, ruleOf });
      return { outputs: {}, state: next };
    },
  });
  await program.step({ gradient: Float32Array.of(2), ...scalarsAt(1, 0.01) });
  const after = await state.read(names);
  expect(after["a"]!.data[0]).toBeCloseTo(1 - 0.01, 5); // Adam's first step is the learning rate
  expect(after["b"]!.data[0]).toBeCloseTo(1 - 0.16, 5);
});

test("ten LoRA steps on the golden model give PyTorch's and PEFT's losses", async () => {
  const golden = (path: string) =>
    fileURLToPath(new URL(`../../../test/fixtures/golden/tiny/${path}`, import.meta.url));
  const model = await loadModel(golden("model"));
  const adapter = await loadAdapter(golden("adapter_init"), model);
  const batch = (await readSafetensors(golden("io.safetensors"))).tensors;
  const { losses } = JSON.parse(await readFile(golden("expected.json"), "utf8"));
  const engine = await createEngine("auto");
  const constants = engine.constants(model.weights);
  const state = engine.state({ ...adapter.weights, ...initMoments(adapter.weights) });
  const names = Object.keys(adapter.weights);
  const scales = adapterScales(model.config, adapter.config);
  const program = await engine.compile({
    name: "golden",
    constants,
    state,
    inputs: {
      pixels: float(6, 3, 32, 32),
      ids: { dtype: "int32", shape: [6, 24] },
      ends: { dtype: "int32", shape: [6] },
      ...scalars,
    },
    run: ({ constants: weights, state: now, inputs }) => {
      const { pixels, ids, ends } = inputs as Record<string, tf.Tensor>;
      const last = tf.transpose(pixels!, [0, 2, 3, 1]) as tf.Tensor4D;
      const lossOf = (...lora: tf.Tensor[]) => {
        const params = Object.fromEntries(names.map((name, i) => [name, lora[i]!]));
        const net = { config: model.config, params: weights, lora: { params, scales } };
        const image = unitNorm(imageTower(net, last));
        const text = unitNorm(textTower(net, ids as tf.Tensor2D, ends as tf.Tensor1D));
        return infoNce(image, text, tf.exp(weights["logit_scale"]!) as tf.Scalar);
      };
      const { value, grads } = tf.valueAndGrads(lossOf)(names.map((name) => now[name]!));
      const { next } = adamW(
        {
          params: Object.fromEntries(names.map((name) => [name, now[name]!])),
          grads: Object.fromEntries(names.map((name, i) => [name, grads[i]!])),
          moments: now,
          learningRate: inputs["learningRate"]!,
          correction1: inputs["correction1"]!,
          correction2: inputs["correction2"]!,
        },
        options,
      );
      return { outputs: { loss: value }, state: next };
    },
  });
  const ids = batch["input_ids"]!.data as Int32Array;
  const ends = endPositions(ids, { rows: 6, length: 24, eosTokenId: model.config.text.eosTokenId });
  for (const [i, expected] of losses.entries()) {
    const pixels = batch["pixel_values"]!.data;
    const outputs = await program.step({ pixels, ids, ends, ...scalarsAt(i + 1, 0.005) });
    expect(Math.abs(outputs["loss"]!.data[0]! - expected)).toBeLessThan(5e-4);
  }
});
