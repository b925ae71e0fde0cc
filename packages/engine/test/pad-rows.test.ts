import { gelu, linear, type ProgramDefinition, quickGelu, type Tensors } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { type Graph, liveNodes } from "../dist/graph/graph.js";
import { padRows } from "../dist/graph/pad-rows.js";
import { optimise } from "../dist/graph/passes.js";
import { createOnnxEngine } from "../dist/onnx/engine.js";
import { trace } from "../dist/trace/trace.js";
import { arraysFrom } from "./random-arrays.js";
import { expectAgree } from "./run-program.js";

const { float } = arraysFrom(7);
const weights = {
  up: float([1024, 24]),
  upBias: float([1024]),
  down: float([24, 1024]),
  downBias: float([24]),
};
const inputs = {
  x: float([2, 3, 24]),
  upA: float([4, 24]),
  upB: float([1024, 4], -0.1, 0.1),
  downA: float([4, 1024], -0.1, 0.1),
  downB: float([24, 4]),
};

type Body = (constants: Tensors, inputs: Tensors) => Tensors;
const specs = (arrays: object) => arrays as ProgramDefinition["inputs"];

const graphOf = async (run: Body): Promise<Graph> =>
  optimise(
    await trace({
      name: "mlp",
      constants: createOnnxEngine().constants(weights),
      inputs: specs(inputs),
      run: ({ constants, inputs }) => ({ outputs: run(constants, inputs) }),
    }),
  );

const widths = (graph: Graph): number[] => [
  ...new Set(
    liveNodes(graph)
      .filter(({ op, shape }) => op !== "input" && op !== "pad" && shape.length > 1)
      .map(({ shape }) => shape.at(-1)!),
  ),
];

async function results(run: Body, withoutRules: readonly "padRows"[]) {
  const engine = createOnnxEngine({ threads: 1, withoutRules });
  const program = await engine.compile({
    name: "mlp",
    constants: engine.constants(weights),
    inputs: specs(inputs),
    run: ({ constants, inputs }) => ({ outputs: run(constants, inputs) }),
  });
  const step = () =>
    program.step(Object.fromEntries(Object.entries(inputs).map(([key, { data }]) => [key, data])));
  await step();
  return step();
}

/** An MLP, adapted before and after its activation where `adapted` says so. */
const mlp =
  (activation: (x: tf.Tensor) => tf.Tensor, adapted: boolean) =>
  ({ up, upBias, down, downBias }: Tensors, { upA, upB, downA, downB }: Tensors, x: tf.Tensor) => {
    const low = (rows: tf.Tensor, a: tf.Tensor, b: tf.Tensor) =>
      adapted ? linear(linear(rows, a), b) : tf.zeros([1]);
    const hidden = activation(tf.add(linear(x, up!, upBias!), low(x, upA!, upB!)));
    return tf.add(linear(hidden, down!, downBias!), low(hidden, downA!, downB!));
  };

/** The sum of its squares, and the gradients of that. */
const gradients =
  (body: ReturnType<typeof mlp>, names: readonly string[]): Body =>
  (constants, given) => {
    const loss = (...values: tf.Tensor[]) => {
      const all = { ...given, ...Object.fromEntries(names.map((name, i) => [name, values[i]!])) };
      return tf.sum(tf.square(body(constants, all, all["x"]!))) as tf.Scalar;
    };
    const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => given[name]!));
    return { value, ...Object.fromEntries(grads.map((grad, i) => [`d${names[i]}`, grad])) };
  };

describe("hidden rows of 4096 bytes get a margin, and results stay as they are", () => {
  const all = ["x", "upA", "upB", "downA", "downB"];
  const cases: ReadonlyArray<readonly [string, Body]> = [
    ["quick GELU, forward and backward", gradients(mlp(quickGelu, false), ["x"])],
    ["GELU, forward and backward", gradients(mlp(gelu, false), ["x"])],
    ["adapted by LoRA on both sides", gradients(mlp(quickGelu, true), all)],
  ];
  for (const [name, run] of cases) {
    test(name, async () => {
      const found = widths(padRows(await graphOf(run)));
      expect(found).toContain(1040);
      // What is 1024 wide still is LoRA's: its matrices' gradients, cut to size.
      expect(found.includes(1024)).toBe(name.includes("LoRA"));
      expectAgree(await results(run, []), await results(run, ["padRows"]), {
        relative: 1e-4,
        absolute: 1e-4,
      });
    });
  }
});

describe("rows keep their length", () => {
  const kept: Record<string, Body> = {
    "that are results": ({ up }, { x }) => ({ hidden: tf.relu(linear(x!, up!)) }),
    "that are divided, which zeros are not for": ({ up, upBias, down }, { x }) => ({
      y: linear(tf.div(linear(x!, up!), upBias!), down!),
    }),
    "that a softmax goes along": ({ up, down }, { x }) => ({
      y: linear(tf.softmax(linear(x!, up!)), down!),
    }),
    "that come from weights which change": ({ down }, { x, upB }) => {
      const wide = tf.tile(upB!, [1, 24]); // [1024, 96]
      const rows = tf.tile(tf.reshape(x!, [6, 24]), [1, 4]);
      return { y: linear(tf.relu(linear(rows, wide)), down!) };
    },
    "that are reshaped into others": ({ up, down }, { x }) => ({
      y: linear(tf.reshape(tf.relu(tf.reshape(linear(x!, up!), [12, 512])), [6, 1024]), down!),
    }),
  };
  for (const [name, run] of Object.entries(kept)) {
    test(name, async () => {
      const graph = await graphOf(run);
      expect(padRows(graph)).toBe(graph);
    });
  }
});
