import { createEngine } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { vector } from "./random-arrays.js";

const spec = { dtype: "float32", shape: [2] } as const;

describe("checkNaN", () => {
  test("names the operator that made the first NaN, and keeps the state", async () => {
    const engine = await createEngine("onnx-cpu", { checkNaN: true });
    const state = engine.state({ w: vector(1, 2) });
    const program = await engine.compile({
      name: "diverging",
      state,
      inputs: { x: spec },
      run: ({ state: { w }, inputs: { x } }) => {
        const y = tf.exp(tf.log(tf.sub(w!, x!)));
        return { outputs: { y }, state: { w: y } };
      },
    });
    expect((await program.step({ x: Float32Array.of(0, 1) }))["y"]!.data[0]).toBeCloseTo(1);
    const failing = program.step({ x: Float32Array.of(0, 9) });
    await expect(failing).rejects.toMatchObject({ name: "UserError" });
    await expect(failing).rejects.toThrow(
      /^diverging: log of float32 \[2\] made the first NaN \(value 4 of 5\); the state is as it was/,
    );
    const before = [...(await state.read())["w"]!.data];
    expect(before[1]).toBeCloseTo(1);
    const fed = program.step({ x: Float32Array.of(Number.NaN, 0) });
    await expect(fed).rejects.toThrow(/^diverging: input x holds a NaN/);
    expect([...(await state.read())["w"]!.data]).toEqual(before);
  });

  test("finds none where there is none, infinities included", async () => {
    const engine = await createEngine("onnx-cpu", { checkNaN: true });
    const program = await engine.compile({
      name: "masked",
      inputs: { x: spec },
      run: ({ inputs: { x } }) => ({ outputs: { y: tf.softmax(tf.add(x!, [0, -Infinity])) } }),
    });
    expect([...(await program.step({ x: Float32Array.of(1, 1) }))["y"]!.data]).toEqual([1, 0]);
  });
});

test("memory that isn't there is one clear error, and the engine goes on", async () => {
  const engine = await createEngine("onnx-cpu");
  const state = engine.state({ w: vector(1, 2) });
  const n = 2 ** 23; // n² floats are 256 TiB: more than a process can address
  const program = await engine.compile({
    name: "huge",
    state,
    inputs: {
      column: { dtype: "float32", shape: [n, 1] },
      row: { dtype: "float32", shape: [1, n] },
    },
    run: ({ state: { w }, inputs: { column, row } }) => ({
      outputs: { sum: tf.sum(tf.exp(tf.add(column!, row!))) },
      state: { w: tf.neg(w!) },
    }),
  });
  const failing = program.step({ column: new Float32Array(n), row: new Float32Array(n) });
  await expect(failing).rejects.toMatchObject({ name: "UserError" });
  await expect(failing).rejects.toThrow(/^huge: out of memory in Add.*Use a smaller batch/);
  expect([...(await state.read())["w"]!.data]).toEqual([1, 2]);
});

describe("providers that can't start say what they lack", () => {
  const missing = (name: "onnx-cuda" | "onnx-webgpu") =>
    createEngine(name).then(
      async (engine) => void (await engine.dispose()),
      (error: Error) => error,
    );

  test.each(["onnx-cuda", "onnx-webgpu"] as const)("%s", async (name) => {
    const error = await missing(name);
    if (!error) return; // this machine has one
    expect(error.name).toBe("UserError");
    expect(error.message).toMatch(
      new RegExp(`^Engine ${name} can't start: .+\\. It needs .+ Or use engine onnx-cpu\\.$`),
    );
    expect(error.message).not.toMatch(/onnxruntime_src|\n/);
  });
});
