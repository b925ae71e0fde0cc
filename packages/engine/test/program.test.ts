import { createEngine, type Engine, type NdArray } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { vector } from "./random-arrays.js";

const onnx = await createEngine("onnx-cpu", { threads: 1 });
const cpu = await createEngine("cpu");
const wasm = await createEngine("wasm");
const engines = [onnx, cpu, wasm].map((engine) => [engine.name, engine] as const);
const spec = (dtype: NdArray["dtype"], ...shape: number[]) => ({ dtype, shape });

/** Adds `by` to the count; `spare` is state that it does not replace. */
async function counter(engine: Engine) {
  const state = engine.state({ count: vector(1, 2), kept: vector(7) });
  const program = await engine.compile({
    name: "counter",
    state,
    inputs: { by: spec("float32") },
    run: ({ state, inputs }) => {
      const count = tf.add(state["count"]!, inputs["by"]!);
      return { state: { count }, outputs: { total: tf.sum(count) } };
    },
  });
  return { state, program, count: async () => [...(await state.read(["count"]))["count"]!.data] };
}

const by = (value: number) => ({ by: Float32Array.of(value) });

describe.each(engines)("state on %s", (_, engine) => {
  test("is replaced by each step, and only where the program says so", async () => {
    const { state, program, count } = await counter(engine);
    expect((await program.step(by(1)))["total"]).toMatchObject({ dtype: "float32", shape: [] });
    expect((await program.step(by(10)))["total"]!.data[0]).toBe(25);
    expect((await program.step(by(100)))["total"]!.data[0]).toBe(225);
    expect(await count()).toEqual([112, 113]);
    expect([...(await state.read())["kept"]!.data]).toEqual([7]);
  });

  test("steps, reads and writes asked for at once take turns", async () => {
    const { state, program, count } = await counter(engine);
    const steps = [1, 2, 3, 4].map((value) => program.step(by(value)));
    const read = count();
    const write = state.write({ count: vector(0, 0) });
    const last = program.step(by(5));
    expect(await read).toEqual([11, 12]);
    await Promise.all([...steps, write]);
    expect((await last)["total"]!.data[0]).toBe(10);
  });

  test("is a copy: neither the caller's array nor a read one is the engine's", async () => {
    const mine = vector(1, 2);
    const state = engine.state({ x: mine });
    mine.data[0] = 99;
    const read = await state.read();
    expect([...read["x"]!.data]).toEqual([1, 2]);
    read["x"]!.data[0] = 99;
    expect([...(await state.read())["x"]!.data]).toEqual([1, 2]);
  });

  test("is shared by two programs, each seeing what the other wrote", async () => {
    const { state, program } = await counter(engine);
    const twice = await engine.compile({
      name: "twice",
      state,
      inputs: {},
      run: ({ state }) => ({ state: { count: tf.mul(state["count"]!, 2) }, outputs: {} }),
    });
    await program.step(by(1));
    await twice.step({});
    await twice.step({});
    expect((await program.step(by(0)))["total"]!.data[0]).toBe(20);
  });

  test("may swap two of its entries", async () => {
    const state = engine.state({ a: vector(1), b: vector(2) });
    const program = await engine.compile({
      name: "swap",
      state,
      inputs: {},
      run: ({ state }) => ({ state: { a: state["b"]!, b: state["a"]! }, outputs: {} }),
    });
    for (let i = 0; i < 3; i++) await program.step({});
    const { a, b } = await state.read();
    expect([a!.data[0], b!.data[0]]).toEqual([2, 1]);
  });

  test("outlives a step that fails", async () => {
    const { program, count } = await counter(engine);
    await program.step(by(1));
    await expect(program.step({ by: new Float32Array(2) })).rejects.toThrow(/counter: input by/);
    expect(await count()).toEqual([2, 3]);
    expect((await program.step(by(1)))["total"]!.data[0]).toBe(7);
  });

  test("is written only with what fits", async () => {
    const { state } = await counter(engine);
    const wrong: Array<[Record<string, NdArray>, RegExp]> = [
      [{ coutn: vector(1) }, /no entry is named coutn; there are: count, kept/],
      [{ count: vector(1) }, /count is float32 \[2\], got float32 \[1\]/],
      [{ count: { ...vector(1, 2), data: Float32Array.of(1) } }, /of length 1; .* of length 2/],
    ];
    for (const [arrays, message] of wrong) {
      await expect(state.write(arrays)).rejects.toThrow(message);
    }
    await expect(state.read(["x"])).rejects.toThrow(/no entry is named x/);
  });

  test("that was disposed is an error that says so", async () => {
    const { state, program } = await counter(engine);
    state.dispose();
    await expect(program.step(by(1))).rejects.toThrow(/disposed/);
    await expect(state.read()).rejects.toThrow(/disposed/);
  });
});

test("a step that fails inside ONNX Runtime leaves state as it was, and says which operator and why", async () => {
  const state = onnx.state({ x: vector(1, 2, 3) });
  const program = await onnx.compile({
    name: "picker",
    state,
    inputs: { at: spec("int32", 1) },
    run: ({ state, inputs }) => {
      const x = tf.add(state["x"]!, 1);
      return { state: { x }, outputs: { y: tf.gather(x, inputs["at"]!) } };
    },
  });
  const failure = program.step({ at: Int32Array.of(9) });
  await expect(failure).rejects.toThrow(/^picker: the step failed in ONNX Runtime \(Gather: /);
  await expect(failure).rejects.not.toThrow(/onnxruntime_src/);
  expect([...(await state.read())["x"]!.data]).toEqual([1, 2, 3]);
  expect((await program.step({ at: Int32Array.of(1) }))["y"]!.data[0]).toBe(3);
});

describe.each(engines)("inputs on %s", (_, engine) => {
  const compile = () =>
    engine.compile({
      name: "bytes",
      inputs: { pixels: spec("uint8", 2, 2), flag: spec("bool", 2) },
      run: ({ inputs }) => ({
        outputs: {
          scaled: tf.div(tf.cast(inputs["pixels"]!, "float32"), 255),
          sums: tf.sum(inputs["pixels"]!, 1),
          not: tf.logicalNot(inputs["flag"]!),
        },
      }),
    });

  test("may be uint8, as a Buffer too, and are int32 to tfjs code", async () => {
    const program = await compile();
    const slab = Buffer.from([9, 0, 51, 255, 255]); // a view that does not begin at its memory's beginning
    for (const pixels of [Uint8Array.of(0, 51, 255, 255), slab.subarray(1)]) {
      const { scaled, sums, not } = await program.step({ pixels, flag: Uint8Array.of(0, 1) });
      expect([...scaled!.data]).toEqual([0, Math.fround(0.2), 1, 1]);
      expect(sums).toMatchObject({ dtype: "int32", shape: [2] });
      expect([...sums!.data]).toEqual([51, 510]);
      expect([...not!.data]).toEqual([1, 0]);
    }
  });

  test("that are missing, of the wrong type or of the wrong length are named", async () => {
    const program = await compile();
    const flag = new Uint8Array(2);
    const step = (pixels: unknown) => program.step({ pixels: pixels as Uint8Array, flag });
    await expect(step(undefined)).rejects.toThrow(
      "bytes: input pixels: missing; it must be uint8 [2, 2].",
    );
    await expect(step(new Float32Array(4))).rejects.toThrow(
      "bytes: input pixels: got Float32Array of length 4; uint8 [2, 2] needs Uint8Array of length 4.",
    );
    await expect(step(new Uint8Array(3))).rejects.toThrow(/got Uint8Array of length 3/);
    await expect(step(new Uint8Array(3))).rejects.toMatchObject({ name: "UserError" });
  });

  test("that do not fit as constants or state are named before any program", () => {
    const short = { weight: { ...spec("float32", 2, 2), data: new Float32Array(3) } };
    expect(() => engine.constants(short)).toThrow(
      /constants: weight: got Float32Array of length 3/,
    );
    expect(() => engine.state(short)).toThrow(/state: weight: got Float32Array of length 3/);
  });

  test("belonging to another engine's constants are refused, by the first step at the latest", async () => {
    const constants = (engine === cpu ? onnx : cpu).constants({ w: vector(1) });
    const inputs = {};
    const run = ({ constants }: { constants: Record<string, tf.Tensor> }) => ({
      outputs: { y: tf.neg(constants["w"]!) },
    });
    const using = async () => {
      const definition = { name: "stranger", constants, inputs, run: run as never };
      return (await engine.compile(definition)).step({});
    };
    await expect(using()).rejects.toThrow(/belong to another engine/);
  });
});

test("a program that was disposed says so, and may be disposed twice", async () => {
  const { program } = await counter(onnx);
  await program.dispose();
  await program.dispose();
  await expect(program.step(by(1))).rejects.toThrow("counter: the program was disposed");
});
