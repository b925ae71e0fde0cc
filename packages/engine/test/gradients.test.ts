import {
  attention,
  createEngine,
  dropout,
  type Engine,
  gelu,
  layerNorm,
  linear,
  type NdArray,
  quickGelu,
  type Tensors,
} from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { arraysFrom } from "./random-arrays.js";
import { expectAgree, runOnce } from "./run-program.js";

const onnx = await createEngine("onnx-cpu", { threads: 1 });
const cpu = await createEngine("cpu");
const { float, int } = arraysFrom(11);

interface Row {
  /** Differentiated with respect to each. */
  readonly x: readonly NdArray[];
  readonly run: (...x: tf.Tensor[]) => tf.Tensor;
}

const unary = (run: (x: tf.Tensor) => tf.Tensor, low = -2, high = 2): Row => ({
  x: [float([3, 4], low, high)],
  run: run as Row["run"],
});
const binary = (run: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, low = -2, high = 2): Row => ({
  x: [float([2, 3], low, high), float([3], low, high)],
  run: run as Row["run"],
});
/** Away from the kink at zero, where a finite difference means nothing. */
const distinct = (shape: number[]): NdArray => {
  const x = float(shape);
  return {
    ...x,
    data: Float32Array.from(x.data, (v, i) => ((i * 7) % x.data.length) - 2.6 + v / 9),
  };
};
const ids = int([5], 0, 4).data;
const rows = () => tf.tensor1d(Array.from(ids), "int32");
const mask = [0, -9, -9, -9, 0, 0, -9, -9, 0, 0, 0, -9, 0, 0, 0, 0];

// Not here, for tfjs itself cannot: maximum, minimum and squaredDifference that broadcast, prod, gather in batches, mirrorPad.
const table: Record<string, Row> = {
  add: binary(tf.add),
  sub: binary(tf.sub),
  mul: binary(tf.mul),
  div: binary(tf.div, 0.5, 2),
  pow: binary(tf.pow, 0.5, 2),
  maximum: { x: [distinct([2, 3]), float([2, 3], 0.1, 0.3)], run: (a, b) => tf.maximum(a!, b!) },
  minimum: { x: [distinct([2, 3]), float([2, 3], 0.1, 0.3)], run: (a, b) => tf.minimum(a!, b!) },
  squaredDifference: {
    x: [float([2, 3]), float([2, 3])],
    run: (a, b) => tf.squaredDifference(a!, b!),
  },
  neg: unary(tf.neg),
  abs: { x: [distinct([3, 4])], run: (x) => tf.abs(x!) },
  exp: unary(tf.exp),
  log: unary(tf.log, 0.5, 3),
  sqrt: unary(tf.sqrt, 0.5, 3),
  rsqrt: unary(tf.rsqrt, 0.5, 3),
  square: unary(tf.square),
  reciprocal: unary(tf.reciprocal, 0.5, 2),
  sigmoid: unary(tf.sigmoid),
  tanh: unary(tf.tanh),
  erf: unary(tf.erf),
  sin: unary(tf.sin),
  cos: unary(tf.cos),
  softplus: unary(tf.softplus),
  log1p: unary(tf.log1p, -0.5, 2),
  relu: { x: [distinct([3, 4])], run: (x) => tf.relu(x!) },
  leakyRelu: { x: [distinct([3, 4])], run: (x) => tf.leakyRelu(x!, 0.1) },
  clipByValue: { x: [distinct([3, 4])], run: (x) => tf.clipByValue(x!, -1.45, 3.45) },
  where: {
    x: [float([2, 3]), float([2, 3])],
    run: (a, b) => tf.where(tf.greater(tf.range(0, 3), 1), a!, b!),
  },
  sum: unary((x) => tf.sum(x, 1)),
  mean: unary((x) => tf.mean(x, 0, true)),
  max: { x: [distinct([3, 4])], run: (x) => tf.max(x!, 1) },
  min: { x: [distinct([3, 4])], run: (x) => tf.min(x!, 0) },
  cumsum: unary((x) => tf.cumsum(x, 1)),
  norm: unary((x) => tf.norm(x, 2, 1, true)),
  softmax: unary((x) => tf.softmax(x)),
  logSoftmax: unary((x) => tf.logSoftmax(x)),
  logSumExp: unary((x) => tf.logSumExp(x, 1)),
  matMul: { x: [float([3, 4]), float([4, 2])], run: (a, b) => tf.matMul(a!, b!) },
  "matMul with both sides transposed": {
    x: [float([4, 3]), float([2, 4])],
    run: (a, b) => tf.matMul(a!, b!, true, true),
  },
  "matMul of stacks": {
    x: [float([2, 3, 4]), float([2, 2, 4])],
    run: (a, b) => tf.matMul(a!, b!, false, true),
  },
  reshape: unary((x) => tf.reshape(x, [2, 6])),
  expandDims: unary((x) => tf.expandDims(x, 1)),
  transpose: { x: [float([2, 3, 2])], run: (x) => tf.transpose(x!, [2, 0, 1]) },
  tile: unary((x) => tf.tile(x, [2, 1])),
  "tile along every axis": { x: [float([2, 1, 3])], run: (x) => tf.tile(x!, [2, 3, 2]) },
  "tile of rank 5": { x: [float([1, 2, 1, 2, 1])], run: (x) => tf.tile(x!, [2, 1, 2, 2, 1]) },
  "tile, once": unary((x) => tf.tile(x, [1, 1])),
  broadcastTo: { x: [float([3, 1])], run: (x) => tf.broadcastTo(x!, [2, 3, 2]) },
  concat: { x: [float([2, 3]), float([2, 2])], run: (a, b) => tf.concat([a!, b!], 1) },
  stack: { x: [float([3]), float([3])], run: (a, b) => tf.stack([a!, b!], 1) },
  unstack: unary((x) => tf.mul(tf.unstack(x)[0]!, tf.unstack(x)[2]!)),
  split: unary((x) => tf.mul(tf.split(x, 2, 1)[0]!, tf.split(x, 2, 1)[1]!)),
  slice: unary((x) => tf.slice(x, [1, 0], [2, 3])),
  pad: unary((x) =>
    tf.pad(x, [
      [1, 0],
      [0, 2],
    ]),
  ),
  reverse: unary((x) => tf.reverse(x, 1)),
  gather: { x: [float([4, 3])], run: (x) => tf.gather(x!, rows()) },
  "gather along the middle axis": { x: [float([2, 4, 3])], run: (x) => tf.gather(x!, rows(), 1) },
  cast: unary((x) => tf.cast(tf.mul(x, 2), "float32")),

  layerNorm: {
    x: [float([2, 3, 5]), float([5]), float([5])],
    run: (x, w, b) => layerNorm(x!, w!, b!, 1e-5),
  },
  gelu: unary(gelu),
  quickGelu: unary(quickGelu),
  linear: {
    x: [float([2, 3, 4]), float([5, 4]), float([5])],
    run: (x, w, b) => linear(x!, w!, b!),
  },
  attention: {
    x: [float([1, 2, 4, 3]), float([1, 2, 4, 3]), float([1, 2, 4, 3])],
    run: (q, k, v) => attention(q!, k!, v!, tf.tensor(mask, [4, 4])),
  },
  dropout: unary((x) => dropout(x, 0.5, tf.scalar(3))),

  prelu: {
    x: [distinct([3, 4]), float([4], 0.1, 0.9)],
    run: (x, alpha) => tf.prelu(x!, alpha!),
  },
  elu: { x: [distinct([3, 4])], run: (x) => tf.elu(x!) },
  selu: { x: [distinct([3, 4])], run: (x) => tf.selu(x!) },
  atan2: { x: [distinct([3, 4]), float([3, 4], 0.5, 2)], run: (a, b) => tf.atan2(a!, b!) },
  batchNorm: {
    x: [float([4, 3]), float([3]), float([3], 0.5, 2), float([3]), float([3])],
    run: (x, mean, variance, offset, scale) =>
      tf.batchNorm(
        x!,
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        offset as tf.Tensor1D,
        scale as tf.Tensor1D,
      ),
  },
  spaceToBatchND: {
    x: [float([1, 2, 4, 1])],
    run: (x) =>
      tf.spaceToBatchND(
        x!,
        [2, 2],
        [
          [0, 0],
          [2, 0],
        ],
      ),
  },
  batchToSpaceND: {
    x: [float([4, 1, 2, 1])],
    run: (x) =>
      tf.batchToSpaceND(
        x!,
        [2, 2],
        [
          [0, 0],
          [0, 1],
        ],
      ),
  },
};

/** The loss Σ y·c with fixed, uneven c, so that every element of y has a slope of its own. */
function weighted(y: tf.Tensor): tf.Scalar {
  const c = tf.sin(tf.add(tf.mul(tf.range(0, y.size), 1.3), 0.7));
  return tf.sum(tf.mul(tf.reshape(y, [y.size]), c)) as tf.Scalar;
}

const named = (x: readonly NdArray[]) => Object.fromEntries(x.map((array, i) => [`x${i}`, array]));

const gradients = (engine: Engine, { x, run }: Row) =>
  runOnce(engine, named(x), (given) => {
    const inputs = x.map((_, i) => given[`x${i}`]!);
    const grads = tf.grads((...t: tf.Tensor[]) => weighted(run(...t)))(inputs);
    return Object.fromEntries(grads.map((g, i) => [`d${i}`, g]));
  });

/** Moves one element of one input of a copy by `by`. */
const nudged = (x: readonly NdArray[], which: number, element: number, by: number): NdArray[] =>
  x.map((array, i) => {
    if (i !== which) return array;
    const data = array.data.slice();
    data[element]! += by;
    return { ...array, data };
  });

const step = 2 ** -7;

/** Central differences, all of them in one program: the losses at every nudged input. */
async function differences({ x, run }: Row): Promise<number[][]> {
  const places = x.flatMap(({ data }, i) => Array.from(data, (_, e) => [i, e] as const));
  const sides = places.flatMap(([i, e]) => [nudged(x, i, e, step), nudged(x, i, e, -step)]);
  const program = await onnx.compile({
    name: "loss",
    inputs: named(x),
    run: ({ inputs }: { inputs: Tensors }) => ({
      outputs: { loss: weighted(run(...x.map((_, i) => inputs[`x${i}`]!))) },
    }),
  });
  const losses: number[] = [];
  for (const side of sides) {
    const data = Object.fromEntries(side.map((array, i) => [`x${i}`, array.data]));
    losses.push((await program.step(data))["loss"]!.data[0]!);
  }
  await program.dispose();
  const slopes = x.map(({ data }) => new Array<number>(data.length));
  places.forEach(([i, e], p) => {
    slopes[i]![e] = (losses[2 * p]! - losses[2 * p + 1]!) / (2 * step);
  });
  return slopes;
}

describe("the compiled gradient equals central finite differences", () => {
  test.each(Object.entries(table))("%s", async (_, row) => {
    const [grads, slopes] = [await gradients(onnx, row), await differences(row)];
    row.x.forEach(({ shape }, i) => {
      const gradient = grads[`d${i}`]!;
      expect(gradient.shape).toEqual(shape);
      const scale = Math.max(1, ...slopes[i]!.map(Math.abs));
      const errors = slopes[i]!.map((slope, e) => Math.abs(slope - gradient.data[e]!) / scale);
      expect(Math.max(...errors), `${gradient.data} against ${slopes[i]}`).toBeLessThan(2e-3);
      expect(slopes[i]!.some((slope) => Math.abs(slope) > 1e-2)).toBe(true);
    });
  });
});

describe("the compiled gradient equals that of tfjs's own operators on its cpu backend", () => {
  test.each(Object.entries(table))("%s", async (_, row) => {
    const tolerance = { relative: 1e-4, absolute: 1e-5 };
    expectAgree(await gradients(onnx, row), await gradients(cpu, row), tolerance);
  });
});
