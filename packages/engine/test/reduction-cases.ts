import { layerNorm } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { arraysFrom, vector } from "./random-arrays.js";
import type { Case } from "./run-program.js";

const { float, int, bool } = arraysFrom(4);

type Run = Case["run"];
type Row = tf.Tensor1D;
type Axis = number | number[] | undefined;

const on = (inputs: Case["inputs"], run: Run): Case => ({ inputs, run });

const reductionsOf: ReadonlyArray<readonly [shape: number[], axis: Axis]> = [
  [[], undefined],
  [[5], undefined],
  [[5], 0],
  [[2, 3], -1],
  [
    [2, 3, 4],
    [0, 2],
  ],
  [
    [2, 3, 4],
    [-1, -3],
  ],
  [
    [2, 1, 3, 2],
    [3, 1],
  ],
  [
    [1, 2, 2, 3, 2],
    [1, 2, 3],
  ],
  [[2, 3], []],
  [[3, 0], 0],
];

type Reduction = (x: tf.Tensor, axis?: number | number[], keepDims?: boolean) => tf.Tensor;

const reduced = (
  make: (shape: number[]) => Case["inputs"][number],
  run: Reduction,
  cases = reductionsOf,
): Case[] =>
  cases.flatMap(([shape, axis]) => [
    on([make(shape)], ((x: tf.Tensor) => run(x, axis)) as Run),
    on([make(shape)], ((x: tf.Tensor) => run(x, axis, true)) as Run),
  ]);

const empty: typeof reductionsOf = [
  [[0, 3], 0],
  [[2, 0], 1],
  [[0], undefined],
];
const small = (shape: number[]) => int(shape, -2, 3);
const along = (run: (x: tf.Tensor, axis: number) => tf.Tensor, make = float): Case[] =>
  [
    on([make([5])], (x) => run(x!, 0)),
    on([make([2, 3])], (x) => run(x!, 1)),
    on([make([2, 3, 4])], (x) => run(x!, 1)),
    on([make([2, 1, 3, 2])], (x) => run(x!, 2)),
  ] as Case[];

/** A row with NaN, one with infinities, one with neither. */
const holes: Case["inputs"][number] = {
  dtype: "float32",
  shape: [3, 3],
  data: Float32Array.of(
    1,
    Number.NaN,
    3,
    Number.POSITIVE_INFINITY,
    0,
    Number.NEGATIVE_INFINITY,
    4,
    5,
    6,
  ),
};

export const reductionCases: Record<string, readonly Case[]> = {
  sum: [
    ...reduced(float, tf.sum),
    ...reduced(int, tf.sum),
    ...reduced(bool, tf.sum),
    ...reduced(float, tf.sum, empty),
  ],
  mean: [...reduced(float, tf.mean), ...reduced(int, tf.mean)],
  max: [...reduced(float, tf.max), ...reduced(int, tf.max), on([holes], (x) => tf.max(x!, 1))],
  min: [...reduced(float, tf.min), ...reduced(int, tf.min), on([holes], (x) => tf.min(x!, 1))],
  prod: [
    ...reduced(float, tf.prod),
    ...reduced(small, tf.prod),
    ...reduced(bool, tf.prod),
    ...reduced(float, tf.prod, empty),
  ],
  all: [...reduced(bool, tf.all)],
  any: [...reduced(bool, tf.any), ...reduced(bool, tf.any, empty)],
  argMax: [
    ...along(tf.argMax),
    ...along(tf.argMax, int),
    ...along(tf.argMax, bool),
    on([vector(0, Number.NaN, 3, 1)], (x) => tf.argMax(x!)),
    on([vector(1, 3, 3, 0)], (x) => tf.argMax(x!)),
  ],
  argMin: [
    ...along(tf.argMin),
    ...along(tf.argMin, int),
    ...along(tf.argMin, bool),
    on([vector(2, Number.NaN, 3, 1)], (x) => tf.argMin(x!)),
    on([vector(2, 0, 3, 0)], (x) => tf.argMin(x!)),
  ],
  cumsum: [false, true].flatMap((exclusive) =>
    [false, true].flatMap((reverse) => [
      ...along((x, axis) => tf.cumsum(x, axis, exclusive, reverse)),
      ...along((x, axis) => tf.cumsum(x, axis, exclusive, reverse), int),
    ]),
  ),
  cumprod: [false, true].flatMap((exclusive) =>
    [false, true].flatMap((reverse) => [
      ...along((x, axis) => tf.cumprod(x, axis, exclusive, reverse)),
      ...along((x, axis) => tf.cumprod(x, axis, exclusive, reverse), int),
    ]),
  ),
  softmax: [
    ...[[5], [2, 3], [2, 3, 4], [2, 2, 1, 3]].map((s) =>
      on([float(s, -9, 9)], (x) => tf.softmax(x!)),
    ),
    on([vector(1e4, 0, -1e4)], (x) => tf.softmax(x!)),
  ],
  logSoftmax: [[5], [2, 3], [2, 3, 4], [2, 2, 1, 3]].map((s) =>
    on([float(s, -9, 9)], (x) => tf.logSoftmax(x!)),
  ),
  logSumExp: reduced(float, tf.logSumExp),
  layerNorm: [[6], [2, 6], [2, 3, 6], [2, 1, 3, 6]].flatMap((s) =>
    [1e-5, 1e-3].map((epsilon) =>
      on([float(s), float([6]), float([6])], (x, w, b) => layerNorm(x!, w!, b!, epsilon)),
    ),
  ),
  batchNorm: [
    on([float([4, 3]), float([3]), float([3], 0.1, 2)], (x, m, v) =>
      tf.batchNorm(x!, m as Row, v as Row),
    ),
    on(
      [float([2, 4, 3]), float([3]), float([3], 0.1, 2), float([3]), float([3])],
      (x, m, v, offset, scale) =>
        tf.batchNorm(x!, m as Row, v as Row, offset as Row, scale as Row, 1e-3),
    ),
  ],
};
