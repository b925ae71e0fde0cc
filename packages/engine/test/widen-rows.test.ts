import { createEngine } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { GraphBuilder, liveNodes, type Node } from "../dist/graph/graph.js";
import { optimise } from "../dist/graph/passes.js";
import { trace } from "../dist/trace/trace.js";
import { arraysFrom } from "./random-arrays.js";

test("a literal for each of a few columns is repeated along whole lines", async () => {
  const pixels = arraysFrom(5).float([2, 16, 3]);
  const definition = {
    name: "normalise",
    inputs: { pixels },
    run: ({ inputs: { pixels } }: { inputs: Readonly<Record<string, tf.Tensor>> }) => ({
      outputs: { y: tf.sub([4, 5, 6], tf.mul(pixels!, [1, 2, 3])) },
    }),
  };
  const { outputs } = optimise(await trace(definition));
  const shapes = liveNodes({ outputs }).map(({ op, shape }) => `${op} ${shape}`);
  expect(shapes).toEqual([
    ...["literal 48", "input 2,16,3", "reshape 2,48", "literal 48"],
    ...["mul 2,48", "sub 2,48", "reshape 2,16,3"],
  ]);
  const values = ["onnx-cpu", "cpu"] as const;
  const [compiled, eager] = await Promise.all(
    values.map(async (name) => {
      const program = await (await createEngine(name)).compile(definition);
      return program.step({ pixels: pixels.data });
    }),
  );
  expect(compiled).toEqual(eager);
});

test("a row stays a row where it is no literal, is long, or widens the other side", () => {
  const builder = new GraphBuilder();
  const x = (name: string, ...shape: number[]): Node =>
    builder.input("input", name, { dtype: "float32", shape });
  const literal = (width: number): Node =>
    builder.literal(new Float32Array(width).fill(2), [width], "float32");
  const kept = {
    fed: builder.op("add", [x("a", 2, 16, 3), x("row", 3)]),
    long: builder.op("add", [x("b", 32, 24), literal(24)]),
    widens: builder.op("add", [x("c", 32, 1), literal(3)]),
  };
  const reshapes = liveNodes(optimise({ outputs: kept })).filter(({ op }) => op === "reshape");
  expect(reshapes).toEqual([]);
});
