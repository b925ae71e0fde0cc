import { createEngine, linear, type NdArray } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { createOnnxEngine } from "../dist/onnx/engine.js";
import { arraysFrom } from "./random-arrays.js";

const { float } = arraysFrom(11);
const weights = { up: float([24, 16]), down: float([16, 24]), rows: float([10, 16]) };
const x = float([7, 16]);
const ids: NdArray = { dtype: "int32", shape: [3], data: Int32Array.of(9, 0, 4) };

/** Uses a weight both ways round, one as a table and as a matrix, and two programs on the same constants. */
async function results(engine: Awaited<ReturnType<typeof createEngine>>) {
  const constants = engine.constants(weights);
  const inputs = { x, ids };
  const both = await engine.compile({
    name: "both",
    constants,
    inputs,
    run: ({ constants: { up, down, rows }, inputs: { x, ids } }) => {
      const hidden = linear(x!, up!);
      const back = tf.matMul(hidden, up!);
      const looked = tf.gather(rows!, ids!);
      return { outputs: { back, down: linear(hidden, down!), scores: linear(looked, rows!) } };
    },
  });
  const other = await engine.compile({
    name: "other",
    constants,
    inputs: { x },
    run: ({ constants: { up }, inputs: { x } }) => ({ outputs: { hidden: linear(x!, up!) } }),
  });
  const first = await both.step({ x: x.data, ids: ids.data });
  const second = await other.step({ x: x.data });
  const again = await both.step({ x: x.data, ids: ids.data });
  expect(again["back"]!.data).toEqual(first["back"]!.data);
  await both.dispose();
  await other.dispose();
  return { ...first, ...second };
}

test("weights packed for the kernels, weights fed and tfjs agree", async () => {
  const packed = await results(createOnnxEngine());
  const fed = await results(createOnnxEngine({ packWeights: false }));
  const reference = await results(await createEngine("cpu"));
  for (const [name, { data }] of Object.entries(reference)) {
    const [a, b] = [packed[name as keyof typeof packed]!.data, fed[name as keyof typeof fed]!.data];
    for (let i = 0; i < data.length; i++) {
      expect(a[i], name).toBeCloseTo(data[i]!, 4);
      expect(b[i], name).toBeCloseTo(data[i]!, 4);
    }
  }
});
