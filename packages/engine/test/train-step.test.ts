import { createEngine, type Engine, layerNorm, type NdArray, quickGelu } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { arraysFrom } from "./random-arrays.js";
import { expectAgree } from "./run-program.js";

const onnx = await createEngine("onnx-cpu", { threads: 1 });
const cpu = await createEngine("cpu");
const wasm = await createEngine("wasm");
const engines = [onnx, cpu, wasm].map((engine) => [engine.name, engine] as const);
const spec = (dtype: NdArray["dtype"], ...shape: number[]) => ({ dtype, shape });

/** Two linear layers with layer norm between, trained by plain gradient descent. */
async function trainLike(engine: Engine) {
  const { float, int } = arraysFrom(5);
  const constants = engine.constants({
    base: float([6, 8]),
    gain: float([8], 0.5, 1.5),
    shift: float([8]),
  });
  const state = engine.state({ a: float([8, 3], -1, 1), table: float([5, 6], -1, 1) });
  const program = await engine.compile({
    name: "train-like",
    constants,
    state,
    inputs: { ids: spec("int32", 4) },
    run: ({ constants: { base, gain, shift }, state: { a, table }, inputs: { ids } }) => {
      const loss = (weight: tf.Tensor, rows: tf.Tensor): tf.Scalar => {
        const hidden = quickGelu(tf.matMul(tf.gather(rows, ids!), base!)); // [4, 8]
        const logits = tf.matMul(layerNorm(hidden, gain!, shift!, 1e-5), weight); // [4, 3]
        return tf.neg(tf.mean(tf.slice(tf.logSoftmax(logits), [0, 0], [4, 1])));
      };
      const { value, grads } = tf.valueAndGrads(loss as (...x: tf.Tensor[]) => tf.Scalar)([
        a!,
        table!,
      ]);
      const stepped = (x: tf.Tensor, g: tf.Tensor) => tf.sub(x, tf.mul(g, 0.1));
      return {
        state: { a: stepped(a!, grads[0]!), table: stepped(table!, grads[1]!) },
        outputs: { loss: value },
      };
    },
  });
  const ids = int([4], 0, 5).data;
  return { state, step: async () => (await program.step({ ids }))["loss"]!.data[0]! };
}

test("the three engines agree on ten training steps, and the loss falls", async () => {
  const runs = await Promise.all(engines.map(([, engine]) => trainLike(engine)));
  const losses = [];
  for (const { step } of runs) {
    const own = [];
    for (let i = 0; i < 10; i++) own.push(await step());
    losses.push(own);
  }
  expect(losses[0]!.at(-1)!).toBeLessThan(losses[0]![0]! * 0.9);
  for (const own of losses) {
    for (const [i, loss] of own.entries()) expect(loss).toBeCloseTo(losses[0]![i]!, 4);
  }
  const [first, ...others] = await Promise.all(runs.map(({ state }) => state.read()));
  for (const other of others) expectAgree(other!, first!, { relative: 1e-3, absolute: 1e-4 });
});

test("the same steps give the same bits in two runs", async () => {
  const finals = [];
  for (let run = 0; run < 2; run++) {
    const { step, state } = await trainLike(await createEngine("onnx-cpu", { threads: 2 }));
    for (let i = 0; i < 5; i++) await step();
    finals.push(await state.read());
  }
  expectAgree(finals[0]!, finals[1]!, { relative: 0, absolute: 1e-30 });
});

test.each([
  ["cpu", cpu],
  ["wasm", wasm],
] as const)("fifty steps on %s leave no tensor behind", async (_, engine) => {
  const { step } = await trainLike(engine);
  await step();
  const before = tf.memory().numTensors;
  for (let i = 0; i < 50; i++) await step();
  expect(tf.memory().numTensors).toBe(before);
});

test("two hundred steps on onnx-cpu leave nothing behind", async () => {
  const size = 2 ** 20; // 4 MB of state: a copy kept a step would be 800 MB in the end
  const state = onnx.state({ w: { ...spec("float32", size), data: new Float32Array(size) } });
  const program = await onnx.compile({
    name: "grow",
    state,
    inputs: { x: spec("float32") },
    run: ({ state: { w }, inputs: { x } }) => {
      const { grads } = tf.valueAndGrads((v) => tf.mean(tf.squaredDifference(v!, x!)))([w!]);
      return { state: { w: tf.sub(w!, grads[0]!) }, outputs: {} };
    },
  });
  const step = () => program.step({ x: Float32Array.of(1) });
  for (let i = 0; i < 5; i++) await step();
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 200; i++) await step();
  expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
});
