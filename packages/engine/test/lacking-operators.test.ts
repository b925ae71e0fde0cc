import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { type Graph, GraphBuilder } from "../src/graph/graph.js";
import { emitOnnx } from "../src/onnx/emitter.js";
import { openSession } from "../src/onnx/program.js";
import { lackingOf } from "../src/onnx/providers.js";
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

async function run(lacking?: ReadonlySet<string>) {
  const { model, inputs } = emitOnnx(stacks(), { lacking });
  const session = await openSession("stacks", model, {
    provider: "cpu",
    threads: 1,
    weights: {},
    fuse: false,
  });
  const { float } = arraysFrom(7);
  const feeds = inputs.map(({ source, name, spec: { shape } }) => [
    inputName(source, name),
    new ort.Tensor("float32", float(shape).data as Float32Array, shape),
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
  const [fused, plain] = [await run(), await run(lackingOf.webgpu)];
  expect(fused.text).toContain("FusedMatMul");
  expect(plain.text).not.toContain("FusedMatMul");
  for (const name of ["scores", "gradient", "projected"]) {
    for (const [i, value] of plain.values[name].entries())
      expect(value).toBeCloseTo(fused.values[name][i], 5);
  }
});
