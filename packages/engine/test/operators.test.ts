import { createEngine } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, describe, expect, test, vi } from "vitest";
import { traceBackendName } from "../dist/trace/backend.js";
import { kernelNames } from "../dist/trace/register.js";
import { operatorCases } from "./operator-cases.js";
import { arraysFrom } from "./random-arrays.js";
import { expectAgree, runCases } from "./run-program.js";

const onnx = await createEngine("onnx-cpu", { threads: 1 });
const cpu = await createEngine("cpu");
const spies = kernelNames.map((name) =>
  vi.spyOn(tf.getKernel(name, traceBackendName)!, "kernelFunc"),
);
afterAll(() => vi.restoreAllMocks());

describe.each(Object.entries(operatorCases))(
  "%s on onnx-cpu equal tfjs's cpu backend",
  (_, group) => {
    test.each(Object.entries(group))("%s", async (name, cases) => {
      expectAgree(await runCases(onnx, cases, name), await runCases(cpu, cases, name));
    });
  },
);

test("matMul broadcasts the stacks of both sides at once, which tfjs's cpu backend gets wrong", async () => {
  const { float } = arraysFrom(3);
  const inputs = [float([2, 1, 2, 3]), float([1, 4, 3, 2])];
  const [short, full] = await Promise.all([
    runCases(onnx, [{ inputs, run: (a, b) => tf.matMul(a!, b!) }], "broadcast"),
    runCases(
      cpu,
      [{ inputs, run: (a, b) => tf.matMul(tf.tile(a!, [1, 4, 1, 1]), tf.tile(b!, [2, 1, 1, 1])) }],
      "tiled",
    ),
  ]);
  expectAgree(short, full);
});

test("einsum sums over what only one operand has, which tfjs's cpu backend gets wrong", async () => {
  const { float } = arraysFrom(6);
  const inputs = [float([2, 3, 4]), float([4, 2, 3])];
  const [short, full] = await Promise.all([
    runCases(onnx, [{ inputs, run: (a, b) => tf.einsum("bij,jkl->bkl", a!, b!) }], "einsum"),
    runCases(
      cpu,
      [
        {
          inputs,
          run: (a, b) => tf.reshape(tf.matMul(tf.sum(a!, 1), tf.reshape(b!, [4, 6])), [2, 2, 3]),
        },
      ],
      "matMul",
    ),
  ]);
  expectAgree(short, full);
});

test("every kernel that can be compiled was called by a case above", () => {
  const untested = kernelNames.filter((_, i) => spies[i]!.mock.calls.length === 0);
  expect(untested).toEqual([]);
});
