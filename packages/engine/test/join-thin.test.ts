import { linear, type ProgramDefinition, type Tensors } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { type Graph, liveNodes } from "../dist/graph/graph.js";
import { joinThin } from "../dist/graph/join-thin.js";
import { optimise } from "../dist/graph/passes.js";
import { createOnnxEngine } from "../dist/onnx/engine.js";
import { trace } from "../dist/trace/trace.js";
import { arraysFrom } from "./random-arrays.js";
import { expectAgree } from "./run-program.js";

const [rows, width, rank] = [130, 72, 4];
const { float } = arraysFrom(3);
const sides = ["q", "k", "v"];
const weights = Object.fromEntries(sides.map((side) => [side, float([width, width])]));
const inputs = {
  x: float([rows, width]),
  few: float([8, width]),
  ...Object.fromEntries(
    sides.flatMap((side) => [
      [`${side}A`, float([rank, width])],
      [`${side}B`, float([width, rank])],
    ]),
  ),
};

type Body = (constants: Tensors, inputs: Tensors) => Tensors;

const definition = (run: Body, constants: ProgramDefinition["constants"]): ProgramDefinition => ({
  name: "qkv",
  ...(constants && { constants }),
  inputs: inputs as ProgramDefinition["inputs"],
  run: ({ constants, inputs }) => ({ outputs: run(constants, inputs) }),
});

const graphOf = async (run: Body): Promise<Graph> =>
  optimise(await trace(definition(run, createOnnxEngine().constants(weights))));

async function results(run: Body, withoutRules: readonly "joinThin"[]) {
  const engine = createOnnxEngine({ threads: 1, withoutRules });
  const program = await engine.compile(definition(run, engine.constants(weights)));
  return program.step(Object.fromEntries(Object.entries(inputs).map(([k, { data }]) => [k, data])));
}

/** The gradients of x and of LoRA's matrices on q, k and v, which all see x. */
const adapted =
  (source: "x" | "few"): Body =>
  (constants, given) => {
    const names = [source, ...sides.flatMap((side) => [`${side}A`, `${side}B`])];
    const loss = (...values: tf.Tensor[]) => {
      const all = Object.fromEntries(names.map((name, i) => [name, values[i]!]));
      const [q, k, v] = sides.map((side) => {
        const low = linear(linear(all[source]!, all[`${side}A`]!), all[`${side}B`]!);
        return tf.add(linear(all[source]!, constants[side]!), low);
      });
      return tf.sum(
        tf.mul(tf.tanh(tf.matMul(q!, k!, false, true)), tf.matMul(v!, v!, false, true)),
      );
    };
    const grads = tf.grads(loss as (...values: tf.Tensor[]) => tf.Tensor);
    const found = grads(names.map((name) => given[name]!));
    return Object.fromEntries(found.map((grad, i) => [names[i]!, grad]));
  };

const matmuls = (graph: Graph): number =>
  liveNodes(graph).filter(({ op }) => op === "matmul").length;

describe("thin products that read one matrix", () => {
  test("are one, and give the same gradients", async () => {
    const graph = await graphOf(adapted("x"));
    const joined = joinThin(graph);
    // Three gradients of A become one product, and three terms of the gradient of x.
    expect(matmuls(joined)).toBe(matmuls(graph) - 4);
    const lefts = liveNodes(joined).filter(
      ({ op, attrs }) => op === "concat" && attrs["axis"] === 1,
    );
    expect(lefts.map(({ shape }) => shape)).toEqual([[rows, 3 * rank]]); // both read the same
    expectAgree(await results(adapted("x"), []), await results(adapted("x"), ["joinThin"]), {
      relative: 1e-4,
      absolute: 1e-3,
    });
  });

  const apart: Record<string, Body> = {
    "few rows": adapted("few"),
    "one computed from the other": (_, { x, qB }) => {
      const thin = tf.matMul(x!, qB!); // [N, R]
      const first = tf.matMul(thin, x!, true); // [R, C]
      return { y: tf.matMul(tf.matMul(x!, tf.transpose(first)), x!, true) };
    },
    "scaled apart": (_, { x, qB, kB }) => ({
      q: tf.mul(tf.matMul(tf.matMul(x!, qB!), x!, true), 2),
      k: tf.matMul(tf.matMul(x!, kB!), x!, true),
    }),
    "terms that are results themselves": (_, { x, qA, qB, kA, kB }) => {
      const inner = tf.matMul(tf.matMul(x!, qB!), qA!);
      return { inner, y: tf.add(inner, tf.matMul(tf.matMul(x!, kB!), kA!)) };
    },
  };
  for (const [name, run] of Object.entries(apart)) {
    test(`stay apart: ${name}`, async () => {
      const graph = await graphOf(run);
      expect(matmuls(joinThin(graph))).toBe(matmuls(graph));
    });
  }
});
