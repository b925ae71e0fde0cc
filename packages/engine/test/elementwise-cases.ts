import { checkpoint, fullPrecision, gelu, quickGelu } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { arraysFrom, vector } from "./random-arrays.js";
import type { Case } from "./run-program.js";

const { float, int, bool } = arraysFrom(1);

const shapes = [[], [5], [2, 3], [2, 3, 4], [2, 1, 3, 2], [1, 2, 2, 3, 2], [0, 3]];
const broadcasts = [
  [[], []],
  [[3], []],
  [[2, 3], [3]],
  [
    [2, 1, 4],
    [3, 1],
  ],
  [[1], [2, 3, 4, 2]],
  [
    [2, 3, 2, 2, 2],
    [2, 1, 2],
  ],
  [[0, 3], [3]],
] as const;

type Unary = (x: tf.Tensor) => tf.Tensor;
type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const one = (inputs: Case["inputs"], run: Case["run"]): Case => ({ inputs, run });
const floats = (run: Unary, low = -2, high = 2): Case[] =>
  shapes.map((shape) => one([float(shape, low, high)], run as Case["run"]));
const ints = (run: Unary, low = -5, high = 6): Case[] =>
  shapes.map((shape) => one([int(shape, low, high)], run as Case["run"]));
const bools = (run: Unary): Case[] => shapes.map((shape) => one([bool(shape)], run as Case["run"]));
const at = (run: Unary, ...values: number[]): Case => one([vector(...values)], run as Case["run"]);

const pairs = (run: Binary, low = -2, high = 2): Case[] =>
  broadcasts.map(([a, b]) => one([float(a, low, high), float(b, low, high)], run as Case["run"]));
const intPairs = (run: Binary, low = -5, high = 6): Case[] =>
  broadcasts.map(([a, b]) => one([int(a, low, high), int(b, low, high)], run as Case["run"]));
const boolPairs = (run: Binary): Case[] =>
  broadcasts.map(([a, b]) => one([bool(a), bool(b)], run as Case["run"]));
const mixed = (run: Binary): Case[] => [
  one([float([2, 3]), int([3], 1, 6)], run as Case["run"]),
  one([int([2, 3], 1, 6), float([], 1, 2)], run as Case["run"]),
];

const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -1, 2];
const halves = [-2.5, -1.5, -0.5, 0, 0.5, 1.5, 2.5, 3.49];
const comparison = (run: Binary): Case[] => [
  ...pairs(run),
  ...intPairs(run, 0, 3),
  ...boolPairs(run),
  ...mixed(run),
];

/** One row a tfjs operator; `operators.test.ts` runs each row on both engines. */
export const elementwiseCases: Record<string, readonly Case[]> = {
  abs: [...floats(tf.abs), ...ints(tf.abs)],
  neg: [...floats(tf.neg), ...ints(tf.neg)],
  sign: [...floats(tf.sign), ...ints(tf.sign), at(tf.sign, 0, -0.5, 3, Number.NaN)],
  floor: [...floats(tf.floor), at(tf.floor, ...halves)],
  ceil: [...floats(tf.ceil), at(tf.ceil, ...halves)],
  round: [...floats(tf.round, -9, 9), ...ints(tf.round), at(tf.round, ...halves)],
  exp: [...floats(tf.exp), ...ints(tf.exp), at(tf.exp, -200, 200, ...special)],
  log: [...floats(tf.log, 0.01, 5), at(tf.log, ...special)],
  sqrt: floats(tf.sqrt, 0, 9),
  rsqrt: floats(tf.rsqrt, 0.1, 9),
  reciprocal: floats(tf.reciprocal, 0.1, 3),
  square: [...floats(tf.square), ...ints(tf.square)],
  expm1: [...floats(tf.expm1), at(tf.expm1, 1e-6, -1e-4, 0, 60, -60)],
  log1p: [...floats(tf.log1p, -0.9, 4), at(tf.log1p, 1e-6, -1e-4, 0, 1e6)],
  sin: floats(tf.sin),
  cos: floats(tf.cos),
  tan: floats(tf.tan, -1.4, 1.4),
  asin: floats(tf.asin, -1, 1),
  acos: floats(tf.acos, -1, 1),
  atan: floats(tf.atan),
  sinh: floats(tf.sinh),
  cosh: floats(tf.cosh),
  asinh: floats(tf.asinh),
  acosh: floats(tf.acosh, 1, 4),
  atanh: floats(tf.atanh, -0.9, 0.9),
  tanh: [...floats(tf.tanh), at(tf.tanh, -30, 30)],
  sigmoid: [...floats(tf.sigmoid), at(tf.sigmoid, -100, 100)],
  erf: floats(tf.erf),
  softplus: [...floats(tf.softplus), at(tf.softplus, -60, 60)],
  logicalNot: bools(tf.logicalNot),
  isNaN: [at(tf.isNaN, ...special), ...ints(tf.isNaN)],
  isInf: [at(tf.isInf, ...special), ...ints(tf.isInf)],
  isFinite: [at(tf.isFinite, ...special), ...ints(tf.isFinite)],
  relu: [...floats(tf.relu), ...ints(tf.relu)],
  relu6: floats(tf.relu6, -3, 9),
  leakyRelu: [
    ...floats((x) => tf.leakyRelu(x)),
    ...floats((x) => tf.leakyRelu(x, 1.5)),
    ...floats((x) => tf.leakyRelu(x, -0.5)),
    ...ints((x) => tf.leakyRelu(x)),
  ],
  prelu: [
    ...pairs(tf.prelu),
    one([int([2, 3]), float([3])], tf.prelu),
    one([float([2, 3]), float([3])], (x, a) => tf.grads(tf.prelu)([x!, a!])),
  ],
  elu: [
    ...floats(tf.elu),
    ...floats(tf.grad(tf.elu)),
    at(tf.elu, -1e-5, 0, 1),
    at(tf.grad(tf.elu), -100, -1, 0, 3),
  ],
  selu: [...floats(tf.selu), at(tf.selu, -100, 0, 100, Number.NaN)],
  step: [
    ...floats((x) => tf.step(x)),
    ...ints((x) => tf.step(x)),
    ...floats((x) => tf.step(x, 0.3)),
    at(tf.step, ...special),
  ],
  clipByValue: [
    ...floats((x) => tf.clipByValue(x, -1, 0.5)),
    ...ints((x) => tf.clipByValue(x, -2, 3)),
  ],
  gelu: floats(gelu, -4, 4),
  quickGelu: floats(quickGelu, -4, 4),
  fullPrecision: floats((x) => tf.grad((y) => tf.square(fullPrecision(y)))(x), -4, 4),
  checkpoint: floats((x) => tf.grad((y) => checkpoint((z) => tf.square(z), y))(x), -4, 4),
  identity: [...floats(tf.clone), ...ints(tf.clone), ...bools(tf.clone)],
  zerosLike: [...floats(tf.zerosLike), ...ints(tf.zerosLike), ...bools(tf.zerosLike)],
  onesLike: [...floats(tf.onesLike), ...ints(tf.onesLike), ...bools(tf.onesLike)],
  cast: (["float32", "int32", "bool"] as const).flatMap((to) => [
    ...floats((x) => tf.cast(x, to), -3, 3),
    ...ints((x) => tf.cast(x, to), -1, 2),
    ...bools((x) => tf.cast(x, to)),
  ]),
  "cast of a cast": [
    ...floats((x) => tf.cast(tf.cast(x, "int32"), "float32"), -3, 3),
    ...ints((x) => tf.cast(tf.cast(x, "bool"), "float32")),
  ],

  add: [...pairs(tf.add), ...intPairs(tf.add), ...mixed(tf.add)],
  sub: [...pairs(tf.sub), ...intPairs(tf.sub), ...mixed(tf.sub)],
  mul: [...pairs(tf.mul), ...intPairs(tf.mul), ...mixed(tf.mul)],
  div: [...pairs(tf.div, 0.5, 2), ...intPairs(tf.div, 1, 6), ...mixed(tf.div)],
  floorDiv: [...intPairs(tf.floorDiv, 1, 6), ...pairs(tf.floorDiv, 0.5, 3)],
  "floorDiv of negative numbers": [
    one([int([4, 5], -9, 10), int([5], 1, 4)], tf.floorDiv),
    one([int([4, 5], -9, 10), int([5], -4, 0)], tf.floorDiv),
  ],
  mod: [
    ...pairs(tf.mod, 0.5, 3),
    one([float([4, 5], -9, 9), float([5], 1, 4)], tf.mod),
    one([int([4, 5], -9, 10), int([5], 1, 4)], tf.mod),
    one([int([4, 5], -9, 10), int([5], -4, 0)], tf.mod),
  ],
  pow: [
    ...pairs(tf.pow, 0.2, 3),
    ...intPairs(tf.pow, 0, 5),
    one([float([4])], (x) => tf.pow(x!, 2)),
  ],
  atan2: [
    ...pairs(tf.atan2),
    ...mixed(tf.atan2),
    one([vector(1, -1, 0, 0, 0, 1, -1, Number.NaN), vector(0, 0, 0, 1, -1, -1, -1, 1)], tf.atan2),
    one([vector(1, 0, Number.NaN), vector(Number.NaN, Number.NaN, 0)], tf.atan2),
  ],
  maximum: [...pairs(tf.maximum), ...intPairs(tf.maximum), ...mixed(tf.maximum)],
  minimum: [...pairs(tf.minimum), ...intPairs(tf.minimum), ...mixed(tf.minimum)],
  "maximum and minimum of booleans": [...boolPairs(tf.maximum), ...boolPairs(tf.minimum)],
  squaredDifference: [...pairs(tf.squaredDifference), ...intPairs(tf.squaredDifference)],
  equal: comparison(tf.equal),
  notEqual: comparison(tf.notEqual),
  less: comparison(tf.less),
  lessEqual: comparison(tf.lessEqual),
  greater: comparison(tf.greater),
  greaterEqual: comparison(tf.greaterEqual),
  logicalAnd: boolPairs(tf.logicalAnd),
  bitwiseAnd: [one([int([3, 4], -99, 99), int([3, 4], -99, 99)], (a, b) => tf.bitwiseAnd(a!, b!))],
  logicalOr: boolPairs(tf.logicalOr),
  logicalXor: boolPairs(tf.logicalXor),
  addN: [
    one([float([2, 3]), float([2, 3]), float([2, 3])], (...x) => tf.addN(x)),
    one([int([4]), int([4])], (...x) => tf.addN(x)),
    one([float([])], (...x) => tf.addN(x)),
  ],
  where: [
    one([bool([2, 3]), float([2, 3]), float([2, 3])], (c, t, e) => tf.where(c!, t!, e!)),
    one([bool([2, 1]), float([3]), float([])], (c, t, e) => tf.where(c!, t!, e!)),
    one([bool([4]), int([4]), int([4])], (c, t, e) => tf.where(c!, t!, e!)),
    one([bool([2, 3]), bool([2, 3]), bool([2, 3])], (c, t, e) => tf.where(c!, t!, e!)),
    one([bool([]), float([3, 2]), float([3, 2])], (c, t, e) => tf.where(c!, t!, e!)),
  ],
};
