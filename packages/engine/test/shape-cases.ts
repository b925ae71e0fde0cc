import { layerNorm } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { arraysFrom, vector } from "./random-arrays.js";
import type { Case } from "./run-program.js";

const { float, int, bool } = arraysFrom(2);

type Run = Case["run"];
type Unary = (x: tf.Tensor) => tf.Tensor | readonly tf.Tensor[];
type Axis = number | number[] | undefined;

const on = (inputs: Case["inputs"], run: Run): Case => ({ inputs, run });
/** The same code on an array of every element type. */
const typed = (shape: number[], run: Unary): Case[] =>
  [float(shape), int(shape), bool(shape)].map((x) => on([x], run as Run));

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

export const reductionCases: Record<string, readonly Case[]> = {
  sum: [
    ...reduced(float, tf.sum),
    ...reduced(int, tf.sum),
    ...reduced(bool, tf.sum),
    ...reduced(float, tf.sum, empty),
  ],
  mean: [...reduced(float, tf.mean), ...reduced(int, tf.mean)],
  max: [...reduced(float, tf.max), ...reduced(int, tf.max)],
  min: [...reduced(float, tf.min), ...reduced(int, tf.min)],
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
    on([vector(1, 3, 3, 0)], (x) => tf.argMax(x!)),
  ],
  argMin: [
    ...along(tf.argMin),
    ...along(tf.argMin, int),
    on([vector(2, 0, 3, 0)], (x) => tf.argMin(x!)),
  ],
  cumsum: [false, true].flatMap((exclusive) =>
    [false, true].flatMap((reverse) => [
      ...along((x, axis) => tf.cumsum(x, axis, exclusive, reverse)),
      ...along((x, axis) => tf.cumsum(x, axis, exclusive, reverse), int),
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
};

export const shapeCases: Record<string, readonly Case[]> = {
  reshape: [
    ...typed([2, 3, 4], (x) => tf.reshape(x, [4, -1])),
    ...typed([1, 1], (x) => tf.reshape(x, [])),
    ...typed([], (x) => tf.reshape(x, [1, 1, 1])),
    ...typed([2, 0, 3], (x) => tf.reshape(x, [0, 5])),
    ...typed([2, 3], (x) => tf.reshape(tf.reshape(x, [6]), [3, 2])),
  ],
  expandDims: [
    ...typed([2, 3], (x) => tf.expandDims(x, 0)),
    ...typed([2, 3], (x) => tf.expandDims(x, -1)),
    ...typed([], (x) => tf.expandDims(x)),
  ],
  transpose: [
    ...typed([2, 3], (x) => tf.transpose(x)),
    ...typed([2, 3, 4], (x) => tf.transpose(x, [1, 2, 0])),
    ...typed([2, 1, 3, 2, 2], (x) => tf.transpose(x, [4, 0, 3, 1, 2])),
    ...typed([5], (x) => tf.transpose(x)),
  ],
  broadcastTo: [
    ...typed([3, 1], (x) => tf.broadcastTo(x, [2, 3, 4])),
    ...typed([], (x) => tf.broadcastTo(x, [2, 2])),
    ...typed([1, 3], (x) => tf.broadcastTo(x, [1, 3])),
  ],
  tile: [
    ...typed([2, 3], (x) => tf.tile(x, [2, 1])),
    ...typed([3], (x) => tf.tile(x, [3])),
    ...typed([1, 2, 1], (x) => tf.tile(x, [3, 2, 2])),
  ],
  concat: [
    on([float([2, 3]), float([2, 2])], (a, b) => tf.concat([a!, b!], -1)),
    on([int([1, 2, 2]), int([3, 2, 2]), int([0, 2, 2])], (...x) => tf.concat(x, 0)),
    on([bool([2]), bool([3])], (...x) => tf.concat(x)),
    on([float([0, 3]), float([0, 3])], (...x) => tf.concat(x, 0)),
    on([float([2, 3])], (...x) => tf.concat(x, 1)),
  ],
  stack: [
    on([float([2, 3]), float([2, 3])], (...x) => tf.stack(x, 1)),
    on([int([]), int([]), int([])], (...x) => tf.stack(x)),
    on([bool([2, 2]), bool([2, 2])], (...x) => tf.stack(x, -1)),
  ],
  unstack: [
    ...typed([3, 2], (x) => tf.unstack(x)),
    ...typed([2, 3, 2], (x) => tf.unstack(x, -2)),
    ...typed([2], (x) => tf.unstack(x, 0)),
  ],
  split: [
    ...typed([6, 2], (x) => tf.split(x, 3)),
    ...typed([2, 6], (x) => tf.split(x, [1, 2, 3], -1)),
    ...typed([2, 6], (x) => tf.split(x, [1, -1, 3], 1)),
  ],
  slice: [
    ...typed([4, 3], (x) => tf.slice(x, [1, 0], [2, 3])),
    ...typed([4, 3, 2], (x) => tf.slice(x, [2], [-1])),
    ...typed([4], (x) => tf.slice(x, 1, 0)),
    ...typed([2, 3, 2, 2, 2], (x) => tf.slice(x, [1, 1, 0, 1, 0], [1, 2, 2, 1, 1])),
  ],
  stridedSlice: [
    ...typed([7, 3], (x) => tf.stridedSlice(x, [1, 0], [7, 3], [2, 2])),
    ...typed([7, 3], (x) => tf.stridedSlice(x, [-5, 0], [-1, 2], [1, 1])),
    ...typed([5, 3], (x) => tf.stridedSlice(x, [1, 0], [2, 3], [1, 1], 0, 0, 0, 0, 1)),
    ...typed([5, 3], (x) => tf.stridedSlice(x, [0, 1], [5, 3], [3, 1], 1, 1, 0, 0, 0)),
  ],
  reverse: [
    ...typed([5], (x) => tf.reverse(x)),
    ...typed([2, 3, 4], (x) => tf.reverse(x, [0, -1])),
    ...typed([2, 3], (x) => tf.reverse(x)),
    ...typed([], (x) => tf.reverse(x)),
  ],
  pad: [
    ...typed([2, 3], (x) =>
      tf.pad(x, [
        [1, 0],
        [0, 2],
      ]),
    ),
    on([float([3])], (x) => tf.pad(x!, [[2, 1]], 1.5)),
    on([int([2, 2])], (x) =>
      tf.pad(
        x!,
        [
          [0, 0],
          [1, 1],
        ],
        7,
      ),
    ),
    on([float([3])], (x) => [
      tf.pad(x!, [[1, 0]], Number.POSITIVE_INFINITY),
      tf.pad(x!, [[1, 0]], Number.NEGATIVE_INFINITY),
    ]),
  ],
  fill: [
    on([float([3])], (x) => tf.add(x!, tf.fill([2, 3], 1.5))),
    on([int([3])], (x) => tf.add(x!, tf.fill([3], 4, "int32"))),
    on([int([3])], (x) => [tf.fill([20], 1.25), tf.zeros([3, 9]), tf.ones([30], "bool"), x!]),
  ],
  range: [
    on([float([5])], (x) => tf.add(x!, tf.range(0, 5))),
    on([float([])], (x) => [
      tf.range(7, -2, -2),
      tf.range(0, 1, 0.25),
      tf.range(1, 4, 1, "int32"),
      x!,
    ]),
  ],
  linspace: [on([float([4])], (x) => [tf.add(x!, tf.linspace(-1, 2, 4)), tf.linspace(3, 3, 1)])],
};

const product =
  (ta: boolean, tb: boolean): Run =>
  (a, b) =>
    tf.matMul(a!, b!, ta, tb);
const flags = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
] as const;
const turn = (shape: number[], flag: boolean): number[] =>
  flag ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape;

export const matrixCases: Record<string, readonly Case[]> = {
  matMul: flags.flatMap(([ta, tb]) =>
    [
      [
        [2, 3],
        [3, 4],
      ],
      [
        [1, 1],
        [1, 1],
      ],
      [
        [2, 2, 3],
        [2, 3, 4],
      ],
      [
        [2, 2, 3],
        [3, 4],
      ],
      [
        [2, 3],
        [2, 3, 4],
      ],
      [
        [1, 2, 3],
        [4, 3, 2],
      ],
      [
        [2, 3, 2, 2, 3],
        [2, 3, 2, 3, 1],
      ],
      [
        [0, 3],
        [3, 4],
      ],
    ].map(([a, b]) => on([float(turn(a!, ta)), float(turn(b!, tb))], product(ta, tb))),
  ),
  "matMul then scale, bias or sum": [
    on([float([3, 4]), float([4, 5]), float([5])], (a, b, c) => tf.add(tf.matMul(a!, b!), c!)),
    on([float([3, 4]), float([4, 5]), float([3, 5])], (a, b, c) =>
      tf.add(c!, tf.mul(0.5, tf.matMul(a!, b!))),
    ),
    on([float([2, 3, 4]), float([2, 4, 5]), float([5])], (a, b, c) =>
      tf.add(tf.mul(tf.matMul(a!, b!), 3), c!),
    ),
    on([float([4, 3]), float([5, 4])], (a, b) => tf.matMul(tf.transpose(a!), tf.transpose(b!))),
    on([float([3, 4]), float([4, 5]), float([3, 1])], (a, b, c) => tf.add(tf.matMul(a!, b!), c!)),
  ],
  dot: [on([float([3]), float([3])], (a, b) => tf.dot(a!, b!))],
  gather: [
    on([float([4, 3]), int([5], 0, 4)], (x, i) => tf.gather(x!, i as tf.Tensor1D)),
    on([float([2, 4, 3]), int([2, 2], 0, 4)], (x, i) => tf.gather(x!, i!, 1)),
    on([int([2, 4]), int([3], 0, 4)], (x, i) => tf.gather(x!, i!, -1)),
    on([bool([4]), int([], 0, 4)], (x, i) => tf.gather(x!, i!)),
  ],
  unsortedSegmentSum: [
    on([float([6, 3]), int([6], 0, 4)], (x, i) => tf.unsortedSegmentSum(x!, i as tf.Tensor1D, 4)),
    // tfjs's cpu backend gives floats for integers, its others integers.
    on([int([6]), int([6], 0, 2)], (x, i) =>
      tf.cast(tf.unsortedSegmentSum(x!, i as tf.Tensor1D, 5), "float32"),
    ),
    on([float([5, 2, 2]), int([5], 0, 3)], (x, i) =>
      tf.unsortedSegmentSum(x!, i as tf.Tensor1D, 3),
    ),
  ],
  oneHot: [
    on([int([5], 0, 3)], (i) => tf.oneHot(i!, 3)),
    on([int([2, 2], -1, 4)], (i) => tf.oneHot(i!, 3, 5, -1)),
    on([int([], 0, 3)], (i) => tf.oneHot(i!, 4, 1, 0, "float32")),
    on([int([3], 0, 3)], (i) => tf.oneHot(i!, 4, 1, 0, "bool")),
  ],
  topk: [
    on([float([6])], (x) => Object.values(tf.topk(x!, 3))),
    on([float([2, 3, 5])], (x) => Object.values(tf.topk(x!, 5))),
    on([int([3, 6], -50, 50)], (x) => tf.topk(x!, 2).values),
    on([vector(1, 3, 3, 2, 3)], (x) => Object.values(tf.topk(x!, 4))),
  ],
};
