import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { createReader, handingThrough } from "../src/onnx/gpu-state.js";
import { hold, place } from "../src/onnx/held.js";
import { openSession } from "../src/onnx/session.js";

const spec = (...shape: number[]) => ({ dtype: "float32" as const, shape });
const at = (...values: number[]) =>
  new ort.Tensor("float32", Float32Array.from(values), [values.length]);

/** As ONNX Runtime's Node binding makes them: nothing can be read from them. */
function onGpu(disposed: string[], name: string): ort.Tensor {
  const dispose = () => void disposed.push(name);
  const buffer = {} as Parameters<typeof ort.Tensor.fromGpuBuffer>[0];
  return ort.Tensor.fromGpuBuffer(buffer, { dataType: "float32", dims: [1], dispose });
}

test("the model that reads a state hands every entry through", async () => {
  const model = handingThrough({ a: spec(2), "b/c": spec() });
  const options = { provider: "cpu", threads: 1, weights: {}, fuse: false } as const;
  const session = await openSession("state", model, options);
  const b = new ort.Tensor("float32", Float32Array.of(3), []);
  const results = await session.run({ "in:a": at(1, 2), "in:b/c": b });
  await session.release();
  expect([...(results["out:a"]!.data as Float32Array)]).toEqual([1, 2]);
  expect([...(results["out:b/c"]!.data as Float32Array)]).toEqual([3]);
});

test("tensors on the host are read as they are", async () => {
  const tensors = { a: at(1) };
  expect(await createReader("cpu").read(tensors, { a: spec(1) })).toBe(tensors);
});

test("values on the GPU are freed when others take their place, and the rest stay", () => {
  const disposed: string[] = [];
  const one = { ...spec(1), data: Float32Array.of(1) };
  const held = hold({ a: one, b: one });
  const [first, second, other] = ["first", "second", "other"].map((name) => onGpu(disposed, name));
  place(held, { a: first!, b: other! });
  expect(disposed).toEqual([]);
  place(held, { a: second! });
  expect(disposed).toEqual(["first"]);
  expect(held.tensors["a"]).toBe(second);
  expect(held.tensors["b"]).toBe(other);
});
