import { createEngine, type NdArray, silu } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { optimise } from "../dist/graph/passes.js";
import { emitOnnx } from "../dist/onnx/emitter.js";
import { trace } from "../dist/trace/trace.js";
import { vector } from "./random-arrays.js";

const onnx = await createEngine("onnx-cpu", { threads: 1 });
const cpu = await createEngine("cpu");
const spec = (dtype: NdArray["dtype"], ...shape: number[]) => ({ dtype, shape });

describe("createEngine", () => {
  test("picks ONNX Runtime for auto", async () => {
    expect((await createEngine()).name).toBe("onnx-cpu");
  });

  test("says which package an engine lacks and how to install it", async () => {
    const failing = createEngine("tfjs-node-gpu");
    await expect(failing).rejects.toMatchObject({ name: "UserError" });
    await expect(failing).rejects.toThrow(
      /^Engine tfjs-node-gpu needs the package @tensorflow\/tfjs-node-gpu.*npm install @tensorflow\/tfjs-node-gpu$/,
    );
  });

  test("names the engines it knows", async () => {
    await expect(createEngine("gpu" as "cpu")).rejects.toThrow(
      /Unknown engine gpu; known engines: auto, onnx-cpu/,
    );
  });
});

describe("compiling", () => {
  const compiling = (run: () => tf.Tensor) =>
    onnx.compile({ name: "bad", inputs: {}, run: () => ({ outputs: { y: run() } }) });
  const isUserError = { name: "UserError" };

  test("names a kernel that is missing", async () => {
    const failing = compiling(() => tf.multinomial(tf.zeros([2]) as tf.Tensor1D, 3));
    await expect(failing).rejects.toMatchObject(isUserError);
    await expect(failing).rejects.toThrow(/^bad: the tfjs kernel Multinomial cannot be compiled/);
  });

  test("refuses a tensor from outside, by type and shape", async () => {
    const outside = tf.zeros([2, 3]);
    const failing = compiling(() => tf.neg(outside));
    await expect(failing).rejects.toMatchObject(isUserError);
    await expect(failing).rejects.toThrow(
      /^bad: a tensor made outside .* float32 \[2, 3\].*constant/,
    );
  });

  test("refuses a tensor that another trace left behind", async () => {
    let leaked: tf.Tensor | undefined;
    await compiling(() => {
      leaked = tf.keep(tf.neg(tf.ones([3])));
      return leaked;
    });
    await expect(compiling(() => tf.neg(leaked!))).rejects.toThrow(/made outside the program/);
  });

  test("refuses to read a value", async () => {
    const failing = compiling(() => tf.scalar(tf.ones([2]).dataSync()[0]!));
    await expect(failing).rejects.toMatchObject(isUserError);
    await expect(failing).rejects.toThrow(/^bad: a tensor's value was read/);
  });

  test("passes the program's own error on, with the program's name", async () => {
    const failing = compiling(() => {
      throw new Error("out of cheese");
    });
    await expect(failing).rejects.toThrow("bad: out of cheese");
  });

  const x = () => tf.zeros([2, 3]);
  test.each<[string, () => tf.Tensor, RegExp]>([
    ["matMul", () => tf.matMul(x(), x()), /^bad: matMul: \[2, 3\] and \[2, 3\] must share/],
    ["add", () => tf.add(x(), tf.zeros([2])), /^bad: shapes \[2, 3\] and \[2\] do not broadcast/],
    ["reshape", () => tf.reshape(x(), [4]), /^bad: Size\(6\) must match .* 4/],
    ["concat", () => tf.concat([x(), tf.zeros([2, 4])], 0), /^bad: .*[Cc]oncat/],
    ["slice", () => tf.slice(x(), [0, 2], [2, 2]), /^bad: .*slice/],
  ])("refuses shapes that do not fit: %s", async (_, run, message) => {
    await expect(compiling(run)).rejects.toThrow(message);
  });

  test("leaves no tensor behind, also when it fails", async () => {
    const before = tf.memory().numTensors;
    await compiling(() => tf.sum(tf.exp(tf.zeros([3]))));
    await compiling(() => tf.erf(tf.topk(tf.zeros([3]), 9).values)).catch(() => undefined);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe.each([
  ["onnx-cpu", onnx],
  ["cpu", cpu],
] as const)("replaced state on %s", (_, engine) => {
  const replacing = async (next: (x: tf.Tensor) => Record<string, tf.Tensor>) => {
    const state = engine.state({ x: vector(1, 2) });
    const run = ({ state }: { state: Record<string, tf.Tensor> }) => ({
      state: next(state["x"]!),
      outputs: {},
    });
    const program = await engine.compile({ name: "next", state, inputs: {}, run: run as never });
    await program.step({});
  };

  test("must exist and keep its type and shape", async () => {
    await expect(replacing((x) => ({ y: x }))).rejects.toThrow(/next: returns state y, which/);
    await expect(replacing((x) => ({ x: tf.sum(x) }))).rejects.toThrow(
      "next: returns state x as float32 []; it must stay float32 [2].",
    );
    await expect(replacing((x) => ({ x: tf.cast(x, "int32") }))).rejects.toThrow(/as int32 \[2\]/);
  });
});

test("constants of 200 MB are shared by two programs, in place and out of the model", async () => {
  const elements = 50 * 2 ** 20;
  const weight = { ...spec("float32", elements), data: new Float32Array(elements).fill(1) };
  const constants = onnx.constants({ weight });
  const before = process.memoryUsage().rss;
  const definition = (factor: number) => ({
    name: "big",
    constants,
    inputs: {},
    run: ({ constants }: { constants: Readonly<Record<string, tf.Tensor>> }) => ({
      outputs: { y: tf.max(constants["weight"]!), f: tf.scalar(factor) },
    }),
  });
  const programs = [await onnx.compile(definition(1)), await onnx.compile(definition(2))];
  for (const program of programs) expect((await program.step({}))["y"]!.data[0]).toBe(1);
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 2 ** 20);
  weight.data[5] = 3; // the engine reads the very array
  for (const program of programs) expect((await program.step({}))["y"]!.data[0]).toBe(3);
  const { model } = emitOnnx(optimise(await trace(definition(1))));
  expect(model.byteLength).toBeLessThan(1000);
});

test("weights beyond protobuf's 2 GB limit leave the model small", async () => {
  const specs = { weight: spec("float32", 40_000, 40_000) }; // 6.4 GB, were it there
  const graph = await trace({
    name: "huge",
    constants: { specs, dispose: () => undefined },
    inputs: { x: spec("float32", 2, 40_000) },
    run: ({ constants, inputs }) => ({
      outputs: { y: tf.matMul(inputs["x"]!, constants["weight"]!) },
    }),
  });
  const { model, inputs } = emitOnnx(optimise(graph));
  expect(model.byteLength).toBeLessThan(1000);
  expect(inputs.map(({ name }) => name).sort()).toEqual(["weight", "x"]);
});

test("regular arrays that the code makes are said in a few bytes, and are the same numbers", async () => {
  const definition = {
    name: "regular",
    inputs: {},
    run: () => ({
      outputs: {
        square: tf.eye(300),
        wide: tf.mul(tf.eye(5, 70), 3),
        tall: tf.eye(70, 5, undefined, "int32"),
        some: tf.eye(6, 5, [2, 3], "bool"),
        ones: tf.ones([40, 50]),
        almost: tf.tensor2d(
          Float32Array.from({ length: 36 }, (_, i) => Number(i % 7 === 0)),
          [4, 9],
        ),
      },
    }),
  };
  const expected = await (await cpu.compile(definition)).step({});
  expect(await (await onnx.compile(definition)).step({})).toEqual(expected);
  const { model } = emitOnnx(optimise(await trace(definition)));
  expect(model.byteLength).toBeLessThan(6000);
});

test("x · σ(x) is one kernel, and computes no sigmoid that nobody else reads", async () => {
  const inputs = { x: spec("float32", 3) };
  const emitted = async (run: (x: tf.Tensor) => tf.Tensor) => {
    const graph = await trace({
      name: "gate",
      inputs,
      run: ({ inputs: { x } }) => ({ outputs: { y: run(x!) } }),
    });
    return Buffer.from(emitOnnx(optimise(graph)).model).toString("latin1");
  };
  for (const gate of [silu, (x: tf.Tensor) => tf.mul(tf.sigmoid(tf.neg(x)), x)]) {
    expect(await emitted(gate)).toContain("QuickGelu");
    expect(await emitted(gate)).not.toContain("Sigmoid");
  }
  expect(await emitted((x) => tf.mul(x, tf.sigmoid(tf.exp(x))))).toContain("Sigmoid");
});
