import * as tf from "@tensorflow/tfjs-core";
import { arraysFrom, vector } from "./random-arrays.js";
import type { Case } from "./run-program.js";

const { float, int, bool } = arraysFrom(2);

type Run = Case["run"];
type Unary = (x: tf.Tensor) => tf.Tensor | readonly tf.Tensor[];

const on = (inputs: Case["inputs"], run: Run): Case => ({ inputs, run });
/** The same code on an array of every element type. */
const typed = (shape: number[], run: Unary): Case[] =>
  [float(shape), int(shape), bool(shape)].map((x) => on([x], run as Run));

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
    on([float([0, 3]), float([0, 2])], (...x) => tf.concat(x, 1)),
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
    ...typed([7, 4], (x) => tf.stridedSlice(x, [-1, 3], [-8, 0], [-2, -1])),
    ...typed([7, 4], (x) => tf.stridedSlice(x, [5, 0], [1, 4], [-3, 1])),
    ...typed([6], (x) => tf.stridedSlice(x, [0], [0], [-2], 1, 1)),
  ],
  mirrorPad: (["reflect", "symmetric"] as const).flatMap((mode) => [
    ...typed([4], (x) => tf.mirrorPad(x, [[2, 3]], mode)),
    ...typed([3, 4], (x) =>
      tf.mirrorPad(
        x,
        [
          [2, 0],
          [1, 3],
        ],
        mode,
      ),
    ),
  ]),
  broadcastArgs: [
    on([int([3], 2, 3), int([2], 1, 2)], (a, b) => tf.broadcastArgs(a!, b!)),
    on([int([1], 1, 2), int([4], 1, 9)], (a, b) => tf.broadcastArgs(a!, b!)),
  ],
  depthToSpace: [on([float([2, 2, 3, 8])], (x) => tf.depthToSpace(x as tf.Tensor4D, 2))],
  "spaceToBatchND and back": [
    on([float([2, 3, 4, 3])], (x) =>
      tf.spaceToBatchND(
        x!,
        [2, 2],
        [
          [1, 0],
          [0, 0],
        ],
      ),
    ),
    on([float([8, 2, 2, 3])], (x) =>
      tf.batchToSpaceND(
        x!,
        [2, 2],
        [
          [1, 0],
          [0, 1],
        ],
      ),
    ),
  ],
  flipLeftRight: [on([float([2, 3, 4, 3])], (x) => tf.image.flipLeftRight(x as tf.Tensor4D))],
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
      tf.range(4, -2),
      tf.range(0, 0),
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

const equations = [
  ["ij->ji", [2, 3]],
  ["ij->", [2, 3]],
  ["ijk->ki", [2, 3, 4]],
  ["i,i->", [3], [3]],
  ["i,j->ij", [2], [3]],
  ["ij,jk->ik", [2, 3], [3, 4]],
  ["ij,jk->ki", [2, 3], [3, 4]],
  ["bij,bjk->bik", [2, 3, 4], [2, 4, 5]],
  ["bhid,bhjd->bhij", [2, 2, 3, 4], [2, 2, 5, 4]],
  ["abcd,aebf->cdef", [2, 3, 2, 2], [2, 2, 3, 3]],
] as const satisfies ReadonlyArray<readonly [string, ...number[][]]>;

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
  "matMul of integers and booleans": [
    on([int([2, 3]), int([3, 2])], (a, b) => tf.matMul(a!, b!)),
    on([float([2, 3]), int([3, 2])], (a, b) => tf.matMul(a!, b!)),
    on([int([2, 3]), bool([3, 2])], (a, b) => tf.matMul(a!, b!)),
  ],
  "fused.matMul": [
    ...(["linear", "relu", "relu6", "elu", "sigmoid", "leakyrelu"] as const).map((activation) =>
      on([float([2, 3]), float([3, 4]), float([4])], (a, b, bias) =>
        tf.fused.matMul({ a: a!, b: b!, bias: bias!, activation, leakyreluAlpha: 0.3 }),
      ),
    ),
    on([float([2, 3]), float([2, 4]), float([2, 3, 1])], (a, b, p) =>
      tf.fused.matMul({
        a: a!,
        b: b!,
        transposeA: true,
        activation: "prelu",
        preluActivationWeights: tf.reshape(tf.slice(p!, [0, 0, 0], [1, 3, 1]), [3, 1]),
      }),
    ),
  ],
  einsum: [
    ...equations.map(([equation, ...shapes]) =>
      on(
        shapes.map((shape) => float(shape)),
        (...x) => tf.einsum(equation, ...x),
      ),
    ),
    on([int([2, 3]), int([3, 2])], (...x) => tf.einsum("ij,jk->ik", ...x)),
  ],
  diag: [...typed([3], tf.diag), ...typed([2, 3], tf.diag)],
  topk: [
    on([float([6])], (x) => Object.values(tf.topk(x!, 3))),
    on([float([2, 3, 5])], (x) => Object.values(tf.topk(x!, 5))),
    on([int([3, 6], -50, 50)], (x) => tf.topk(x!, 2).values),
    on([vector(1, 3, 3, 2, 3)], (x) => Object.values(tf.topk(x!, 4))),
  ],
};
