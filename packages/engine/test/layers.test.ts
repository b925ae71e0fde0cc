import { createRequire } from "node:module";
import { createEngine, lazyBackendName, registerLazyBackend } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import { afterAll, expect, test } from "vitest";
import type { LazyBackend } from "../dist/lazy/backend.js";
import { arraysFrom } from "./random-arrays.js";

registerLazyBackend();
await createEngine("cpu"); // registers tfjs's cpu backend
afterAll(() => tf.removeBackend(lazyBackendName));

/** A user's model: normal layers of tfjs-layers, nothing of ours. */
function smallModel(): layers.Sequential {
  const glorot = (seed: number) => layers.initializers.glorotUniform({ seed });
  const model = layers.sequential({
    layers: [
      layers.layers.dense({
        units: 16,
        activation: "relu",
        inputShape: [8],
        kernelInitializer: glorot(1),
      }),
      layers.layers.batchNormalization(),
      layers.layers.dense({ units: 12, activation: "elu", kernelInitializer: glorot(2) }),
      layers.layers.layerNormalization(),
      layers.layers.dense({ units: 3, activation: "softmax", kernelInitializer: glorot(3) }),
    ],
  });
  model.compile({
    optimizer: tf.train.adam(0.01),
    loss: "categoricalCrossentropy",
    metrics: ["accuracy"],
  });
  return model;
}

/** 64 points whose class is the greatest of their first three coordinates. */
function points(): { xs: tf.Tensor2D; ys: tf.Tensor2D } {
  const { data } = arraysFrom(7).float([64, 8]);
  const xs = tf.tensor2d(data as Float32Array, [64, 8]);
  const classes = tf.tidy(() => tf.argMax(tf.slice(xs, [0, 0], [64, 3]), 1));
  const ys = tf.tidy(() => tf.cast(tf.oneHot(classes, 3), "float32")) as tf.Tensor2D;
  classes.dispose();
  return { xs, ys };
}

const options = { batchSize: 16, shuffle: false, verbose: 0, yieldEvery: "never" } as const;

async function trainOn(backend: string) {
  await tf.setBackend(backend);
  const { xs, ys } = points();
  const model = smallModel();
  const { history } = await model.fit(xs, ys, { ...options, epochs: 10 });
  const weights = model.getWeights().map((weight) => weight.dataSync());
  return { model, xs, ys, history, weights };
}

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!)));

test("tfjs-layers and the engine share one tfjs-core", () => {
  const theirs = createRequire(createRequire(import.meta.url).resolve("@tensorflow/tfjs-layers"));
  const ours = createRequire(createRequire(import.meta.url).resolve("@cliptune/engine"));
  expect(theirs.resolve("@tensorflow/tfjs-core")).toBe(ours.resolve("@tensorflow/tfjs-core"));
});

test("a tf.sequential model trains on the lazy backend as on tfjs's cpu backend, and leaks nothing", async () => {
  const cpu = await trainOn("cpu");
  const onnx = await trainOn(lazyBackendName);
  const [first, last] = [onnx.history["loss"]!.at(0), onnx.history["loss"]!.at(-1)] as number[];
  expect(last!).toBeLessThan(first! * 0.5);
  expect(distance(onnx.history["loss"] as number[], cpu.history["loss"] as number[])).toBeLessThan(
    1e-4,
  );
  onnx.weights.forEach((weight, i) => {
    expect(distance(weight, cpu.weights[i]!), `weight ${i}`).toBeLessThan(1e-4);
  });

  const backend = tf.backend() as LazyBackend;
  const { model, xs, ys } = onnx;
  await model.fit(xs, ys, { ...options, epochs: 2 });
  const before = [tf.memory().numTensors, backend.numDataIds(), backend.programs.compiled];
  await model.fit(xs, ys, { ...options, epochs: 2 });
  expect([tf.memory().numTensors, backend.numDataIds(), backend.programs.compiled]).toEqual(before);
});

test("a convolutional one trains as on the cpu backend too", async () => {
  const losses = [];
  for (const backend of ["cpu", lazyBackendName]) {
    await tf.setBackend(backend);
    const glorot = (seed: number) => layers.initializers.glorotUniform({ seed });
    const model = layers.sequential({
      layers: [
        layers.layers.conv2d({
          filters: 4,
          kernelSize: 3,
          padding: "same",
          activation: "relu",
          inputShape: [8, 8, 1],
          kernelInitializer: glorot(1),
        }),
        layers.layers.maxPooling2d({ poolSize: 2 }),
        layers.layers.depthwiseConv2d({ kernelSize: 3, depthwiseInitializer: glorot(2) }),
        layers.layers.globalAveragePooling2d({}),
        layers.layers.dense({ units: 1, kernelInitializer: glorot(3) }),
      ],
    });
    model.compile({ optimizer: tf.train.momentum(0.05, 0.9), loss: "meanSquaredError" });
    const xs = tf.tensor4d(arraysFrom(9).float([16, 8, 8, 1]).data as Float32Array, [16, 8, 8, 1]);
    const ys = tf.tidy(() => tf.mean(tf.relu(xs), [1, 2]));
    const { history } = await model.fit(xs, ys, { ...options, batchSize: 8, epochs: 6 });
    losses.push(history["loss"] as number[]);
  }
  expect(losses[1]!.at(-1)!).toBeLessThan(losses[1]![0]! * 0.8);
  expect(distance(losses[0]!, losses[1]!)).toBeLessThan(1e-4);
});
