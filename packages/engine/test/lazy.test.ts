import { createEngine, lazyBackendName, registerLazyBackend, UserError } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createEagerEngine } from "../dist/eager/engine.js";
import type { LazyBackend } from "../dist/lazy/backend.js";
import { elementwiseCases } from "./elementwise-cases.js";
import { reductionCases } from "./reduction-cases.js";
import { rowCases } from "./row-cases.js";
import { expectAgree, runCases } from "./run-program.js";
import { matrixCases, shapeCases } from "./shape-cases.js";
import { windowCases } from "./window-cases.js";

let backend: LazyBackend;
beforeAll(async () => {
  registerLazyBackend();
  registerLazyBackend(); // changes nothing
  await tf.setBackend(lazyBackendName);
  backend = tf.backend() as LazyBackend;
});
beforeEach(() => tf.engine().startScope());
afterAll(() => tf.removeBackend(lazyBackendName));

/** How many programs `body` compiles. */
async function compiledBy(body: () => unknown): Promise<number> {
  const before = backend.programs.compiled;
  await body();
  return backend.programs.compiled - before;
}

test("nothing runs before a value is read; then all that is held runs as one program", async () => {
  const x = tf.tensor1d([1, 2, 3]);
  const [y, z] = [tf.square(x), tf.add(x, 1)];
  const total = tf.sum(tf.mul(y, z));
  expect(await compiledBy(() => tf.exp(total))).toBe(0);
  expect(await compiledBy(() => expect([...total.dataSync()]).toEqual([50]))).toBe(1);
  expect(await compiledBy(() => y.dataSync())).toBe(0);
  expect([...y.dataSync()]).toEqual([1, 4, 9]);
  expect([...(await z.data())]).toEqual([2, 3, 4]);
});

test("the same code on other values of the same shape is not compiled again", async () => {
  const norm = (...values: number[]) => {
    const x = tf.tensor1d(values);
    return tf.tidy(() => tf.sqrt(tf.sum(tf.square(x)))).dataSync()[0];
  };
  expect(norm(3, 4)).toBe(5);
  expect(await compiledBy(() => expect(norm(6, 8)).toBe(10))).toBe(0);
  expect(await compiledBy(() => expect(norm(2, 3, 6)).toBe(7))).toBe(1);
});

test("a value is that of the time when it was made, whatever happens to the array after", () => {
  const array = Float32Array.of(1, 2);
  const doubled = tf.mul(tf.tensor1d(array), 2);
  array.fill(9);
  expect([...doubled.dataSync()]).toEqual([2, 4]);
  doubled.dataSync().fill(0);
  expect([...doubled.dataSync()]).toEqual([2, 4]);
});

test("a training step leaves no tensor and no data behind, and is compiled once", async () => {
  const w = tf.variable(tf.zeros([3, 1]));
  const x = tf.tensor2d([1, 0, 2, 0, 1, 1, 1, 1, 0, 3, 1, 2], [4, 3]);
  const y = tf.matMul(x, tf.tensor2d([1, -2, 0.5], [3, 1]));
  const optimizer = tf.train.adam(0.1);
  const loss = (): tf.Scalar => tf.mean(tf.squaredDifference(tf.matMul(x, w), y));
  const step = () => {
    const value = optimizer.minimize(loss, true)!;
    const [number] = value.dataSync();
    value.dispose();
    return number!;
  };
  step();
  step();
  const [tensors, data] = [tf.memory().numTensors, backend.numDataIds()];
  let last = 0;
  expect(
    await compiledBy(() => {
      for (let i = 0; i < 200; i++) last = step();
    }),
  ).toBe(0);
  expect(last).toBeLessThan(1e-4);
  expect([tf.memory().numTensors, backend.numDataIds()]).toEqual([tensors, data]);
  tf.dispose([w]);
  optimizer.dispose();
});

test("code that never reads computes in between: what is pending does not grow without end", async () => {
  const ran = await compiledBy(async () => {
    let x = tf.scalar(0);
    for (let i = 0; i < 700; i++) x = tf.add(x, 1);
    await Promise.resolve();
    for (let i = 0; i < 1_500; i++) x = tf.tidy(() => tf.sub(tf.add(x, 1), 1));
    expect(x.dataSync()[0]).toBe(700);
  });
  // At the end of the turn, at the most that may be pending, at the read.
  expect(ran).toBe(3);
});

test("what is computed in between never parts the results of one kernel", () => {
  const places: tf.Tensor[] = [];
  let x = tf.tensor1d([3, 2, 1]) as tf.Tensor;
  for (let i = 0; i < 500; i++) {
    const { values, indices } = tf.topk(x, 3);
    places.push(indices);
    x = tf.add(values, tf.mul(tf.cast(indices, "float32"), 0));
  }
  expect([...x.dataSync()]).toEqual([3, 2, 1]);
  for (const each of places) expect([...each.dataSync()]).toEqual([0, 1, 2]);
});

test("the end of each turn looks at what is pending, not the first one's alone", async () => {
  let x = tf.scalar(0);
  for (let i = 0; i < 60; i++) x = tf.add(x, 1);
  await Promise.resolve();
  const later = await compiledBy(async () => {
    for (let i = 0; i < 60; i++) x = tf.add(x, 1);
    await Promise.resolve();
  });
  expect(later).toBe(1);
  expect(await compiledBy(() => expect(x.dataSync()[0]).toBe(120))).toBe(0);
});

test("what cannot be computed fails when it is read, and fails nothing else", () => {
  const good = tf.add(tf.tensor1d([1, 2]), 1);
  const bad = tf.gather(tf.tensor1d([1, 2]), tf.tensor1d([7], "int32"));
  expect(() => bad.dataSync()).toThrow(/onnx backend: .*Gather.*out of/);
  expect([...good.dataSync()]).toEqual([2, 3]);
  bad.dispose();
});

test("tensors move between backends with their values", async () => {
  const x = tf.tensor1d([1, 2]);
  const y = tf.add(x, 1);
  await createEngine("cpu"); // registers tfjs's cpu backend
  await tf.setBackend("cpu");
  const z = tf.mul(x, y);
  await tf.setBackend(lazyBackendName);
  expect([...tf.neg(z).dataSync()]).toEqual([-2, -6]);
});

const groups = { elementwiseCases, reductionCases, shapeCases, rowCases, matrixCases, windowCases };

describe.each(Object.entries(groups))(
  "%s on the lazy backend equal tfjs's cpu backend",
  (group, cases) => {
    test("all of them", async () => {
      const all = Object.values(cases).flat();
      const lazy = createEagerEngine("cpu", lazyBackendName);
      const cpu = await createEngine("cpu");
      expectAgree(await runCases(lazy, all, group), await runCases(cpu, all, group));
    });
  },
);

test("strings are kept and given back; what would compute with them is refused", () => {
  const words = tf.tensor1d(["one", "tw\u00f6"]);
  expect(words.dataSync<"string">()).toEqual(["one", "tw\u00f6"]);
  expect(() => tf.concat([words, words])).toThrow(UserError);
  expect(() => tf.concat([words, words])).toThrow(/tensors of type string/);
});
