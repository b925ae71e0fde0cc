import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { type Graph, GraphBuilder } from "../src/graph/graph.js";
import { emitOnnx } from "../src/onnx/emitter.js";
import { lackingOf } from "../src/onnx/providers.js";
import { openSession } from "../src/onnx/session.js";
import { inputName } from "../src/onnx/writer.js";
import { arraysFrom } from "./random-arrays.js";

const spec = (...shape: number[]) => ({ dtype: "float32" as const, shape });

/** Attention's products: stacks, either side transposed, scaled, with a stack on one side only, and a bias. */
function stacks(): Graph {
  const builder = new GraphBuilder();
  const [q, k, w, bias] = [
    builder.input("input", "q", spec(2, 3, 5, 4)),
    builder.input("input", "k", spec(2, 3, 5, 4)),
    builder.input("input", "w", spec(4, 6)),
    builder.input("input", "bias", spec(6)),
  ];
  const product = (inputs: (typeof q)[], transposeA: boolean, transposeB: boolean, alpha = 1) =>
    builder.op("matmul", inputs, { transposeA, transposeB, alpha });
  const scores = product([q, k], false, true, 0.5);
  return {
    outputs: {
      scores,
      gradient: product([scores, q], true, false),
      projected: product([q, w, bias], false, false),
    },
  };
}

const extremeShape = [5, 4];

function extremes(): Graph {
  const builder = new GraphBuilder();
  const x = builder.input("input", "x", spec(...extremeShape));
  return {
    outputs: {
      max: builder.op("reduceMax", [x], { axes: [1], keepDims: false }),
      min: builder.op("reduceMin", [x], { axes: [1], keepDims: false }),
      maxOfAll: builder.op("reduceMax", [x], { axes: [0, 1], keepDims: true }),
      minOfAll: builder.op("reduceMin", [x], { axes: [0, 1], keepDims: true }),
    },
  };
}

async function run(
  graph: Graph,
  lacking?: ReadonlySet<string>,
  given: Readonly<Record<string, Float32Array>> = {},
) {
  const { model, inputs } = emitOnnx(graph, { lacking });
  const session = await openSession("lacking", model, {
    provider: "cpu",
    threads: 1,
    weights: {},
    fuse: false,
  });
  const { float } = arraysFrom(7);
  const feeds = inputs.map(({ source, name, spec: { shape } }) => [
    inputName(source, name),
    new ort.Tensor("float32", given[name] ?? (float(shape).data as Float32Array), shape),
  ]);
  const results = await session.run(Object.fromEntries(feeds));
  await session.release();
  const values = Object.entries(results).map(([name, { data }]) => [
    name,
    [...(data as Float32Array)],
  ]);
  return { text: Buffer.from(model).toString("latin1"), values: Object.fromEntries(values) };
}

test("stacked products without FusedMatMul, which WebGPU has no kernel for, are the same", async () => {
  const [fused, plain] = [await run(stacks()), await run(stacks(), lackingOf.webgpu)];
  expect(fused.text).toContain("FusedMatMul");
  expect(plain.text).not.toContain("FusedMatMul");
  for (const name of ["scores", "gradient", "projected"]) {
    for (const [i, value] of plain.values[name].entries())
      expect(value).toBeCloseTo(fused.values[name][i], 5);
  }
});

// Rows: plain, either infinity, both, all the same one.
const rows = [
  [1, -2, 3, 0],
  [Infinity, 1, 2, -3],
  [-Infinity, -1, 2, 3],
  [Infinity, -Infinity, 0, 1],
  [-Infinity, -Infinity, -Infinity, -Infinity],
];
const withNaN = rows.map((row, i) => row.map((value, j) => (i % 2 && j === i - 1 ? NaN : value)));

test.each([
  ["numbers", rows],
  ["a NaN in some rows", withNaN],
])("extremes of %s without IsNaN, which WebGPU has no kernel for, are the same", async (_, of) => {
  const x = Float32Array.from(of.flat());
  const [asked, plain] = [
    await run(extremes(), undefined, { x }),
    await run(extremes(), lackingOf.webgpu, { x }),
  ];
  expect(asked.text).toContain("IsNaN");
  expect(plain.text).not.toContain("IsNaN");
  expect(plain.values).toEqual(asked.values);
  expect(plain.values.max).toEqual(of.map((row) => Math.max(...row)));
  expect(plain.values.min).toEqual(of.map((row) => Math.min(...row)));
});
