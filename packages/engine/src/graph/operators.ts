import { UserError } from "../errors.js";
import type { DType, Spec } from "../types.js";

export type Attribute = number | string | boolean | readonly number[];
export type Attributes = Readonly<Record<string, Attribute>>;

/** Result type and shape of a primitive operator, from its inputs' and its attributes. */
type Rule = (inputs: readonly Spec[], attrs: Attributes) => Spec;

export const ints = (attrs: Attributes, name: string): readonly number[] =>
  attrs[name] as readonly number[];
export const int = (attrs: Attributes, name: string): number => attrs[name] as number;

export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new UserError(`shapes [${a.join(", ")}] and [${b.join(", ")}] do not broadcast.`);
    }
    return x === 1 ? y : x;
  });
}

const same: Rule = ([x]) => ({ dtype: x!.dtype, shape: x!.shape });
const logical: Rule = ([x]) => ({ dtype: "bool", shape: x!.shape });
const broadcast: Rule = ([a, b]) => ({
  dtype: a!.dtype,
  shape: broadcastShape(a!.shape, b!.shape),
});
const compare: Rule = ([a, b]) => ({ dtype: "bool", shape: broadcastShape(a!.shape, b!.shape) });

/** `axes` are sorted, non-negative; `keepDims` leaves ones. */
const reduce: Rule = ([x], attrs) => {
  const axes = ints(attrs, "axes");
  const shape = attrs["keepDims"]
    ? x!.shape.map((d, i) => (axes.includes(i) ? 1 : d))
    : x!.shape.filter((_, i) => !axes.includes(i));
  return { dtype: x!.dtype, shape };
};

const matmul: Rule = ([a, b], attrs) => {
  const rows = a!.shape.at(attrs["transposeA"] ? -1 : -2)!;
  const columns = b!.shape.at(attrs["transposeB"] ? -2 : -1)!;
  const batch = broadcastShape(a!.shape.slice(0, -2), b!.shape.slice(0, -2));
  return { dtype: a!.dtype, shape: [...batch, rows, columns] };
};

/** `[..., D]` → `[..., 1]` */
const rowStatistic: Rule = ([x]) => ({ dtype: x!.dtype, shape: [...x!.shape.slice(0, -1), 1] });

/** `[N, ..., C]`: of each window of `sizes` the maximum, or the mean of what is not margin. */
const pool: Rule = ([x], attrs) => ({
  dtype: x!.dtype,
  shape: [x!.shape[0]!, ...windows(x!.shape, ints(attrs, "sizes"), attrs), x!.shape.at(-1)!],
});

/** `[N, ..., C]` under windows of `sizes`: margins added, then steps of `strides`. */
function windows(shape: readonly number[], sizes: readonly number[], attrs: Attributes): number[] {
  const at = (name: string, i: number): number => ints(attrs, name)[i]!;
  return sizes.map((size, i) => {
    const length = shape[i + 1]! + at("before", i) + at("after", i);
    return Math.floor((length - (size - 1) * at("dilations", i) - 1) / at("strides", i)) + 1;
  });
}

const withAxis = (shape: readonly number[], axis: number, size: number): number[] =>
  shape.map((d, i) => (i === axis ? size : d));

const rules = {
  // Leaves carry their own spec; they are made by the builder, never inferred.
  input: same,
  literal: same,

  neg: same,
  abs: same,
  sign: same,
  exp: same,
  log: same,
  sqrt: same,
  reciprocal: same,
  floor: same,
  ceil: same,
  round: same,
  sin: same,
  cos: same,
  tan: same,
  asin: same,
  acos: same,
  atan: same,
  sinh: same,
  cosh: same,
  asinh: same,
  acosh: same,
  atanh: same,
  tanh: same,
  sigmoid: same,
  erf: same,
  softplus: same,
  relu: same,
  not: logical,
  isNaN: logical,
  isInf: logical,
  identity: same,
  // The first input, computed from no earlier than when the second is there.
  after: same,
  // The input; from here on computed with in float32, whatever the precision asked for.
  fullPrecision: same,

  add: broadcast,
  sub: broadcast,
  mul: broadcast,
  div: broadcast,
  pow: broadcast,
  max: broadcast,
  min: broadcast,
  equal: compare,
  less: compare,
  lessEqual: compare,
  greater: compare,
  greaterEqual: compare,
  and: broadcast,
  or: broadcast,

  select: ([condition, then, otherwise]) => ({
    dtype: then!.dtype,
    shape: broadcastShape(broadcastShape(condition!.shape, then!.shape), otherwise!.shape),
  }),
  cast: ([x], attrs) => ({ dtype: attrs["dtype"] as DType, shape: x!.shape }),

  reduceSum: reduce,
  reduceMean: reduce,
  reduceMax: reduce,
  reduceMin: reduce,
  reduceProd: reduce,
  argMax: ([x], attrs) => ({
    dtype: "int32",
    shape: x!.shape.filter((_, i) => i !== int(attrs, "axis")),
  }),
  cumsum: same,
  softmax: same,
  // All three take x, weight and bias, so that they are one operator where that has three results.
  layerNorm: same,
  layerNormMean: rowStatistic,
  layerNormRdev: rowStatistic,
  gelu: same,

  matmul,
  /** `[N, ..., I]` and a filter `[..., I / groups, O]` → `[N, ..., O]` */
  conv: ([x, filter], attrs) => ({
    dtype: x!.dtype,
    shape: [
      x!.shape[0]!,
      ...windows(x!.shape, filter!.shape.slice(0, -2), attrs),
      filter!.shape.at(-1)!,
    ],
  }),
  maxPool: pool,
  meanPool: pool,
  reshape: ([x], attrs) => ({ dtype: x!.dtype, shape: ints(attrs, "shape") }),
  broadcastTo: ([x], attrs) => ({ dtype: x!.dtype, shape: ints(attrs, "shape") }),
  transpose: ([x], attrs) => ({
    dtype: x!.dtype,
    shape: ints(attrs, "perm").map((p) => x!.shape[p]!),
  }),
  tile: ([x], attrs) => ({
    dtype: x!.dtype,
    shape: x!.shape.map((d, i) => d * ints(attrs, "reps")[i]!),
  }),
  concat: (inputs, attrs) => {
    const axis = int(attrs, "axis");
    const total = inputs.reduce((sum, x) => sum + x.shape[axis]!, 0);
    return { dtype: inputs[0]!.dtype, shape: withAxis(inputs[0]!.shape, axis, total) };
  },
  slice: ([x], attrs) => ({
    dtype: x!.dtype,
    shape: ints(attrs, "begin").map((b, i) =>
      Math.ceil((ints(attrs, "end")[i]! - b) / ints(attrs, "strides")[i]!),
    ),
  }),
  reverse: same,
  pad: ([x], attrs) => ({
    dtype: x!.dtype,
    shape: x!.shape.map((d, i) => d + ints(attrs, "before")[i]! + ints(attrs, "after")[i]!),
  }),
  gather: ([x, indices], attrs) => {
    const axis = int(attrs, "axis");
    return {
      dtype: x!.dtype,
      shape: [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)],
    };
  },
  /** Sums rows of the first input into `size` bins given by the second. */
  segmentSum: ([x, ids], attrs) => ({
    dtype: x!.dtype,
    shape: [int(attrs, "size"), ...x!.shape.slice(ids!.shape.length)],
  }),
  /** The first input with rows replaced: at the places in the second, by the third; the last one wins. */
  scatterRows: same,
  topKValues: ([x], attrs) => ({
    dtype: x!.dtype,
    shape: [...x!.shape.slice(0, -1), int(attrs, "k")],
  }),
  topKIndices: ([x], attrs) => ({
    dtype: "int32",
    shape: [...x!.shape.slice(0, -1), int(attrs, "k")],
  }),
} satisfies Record<string, Rule>;

/** The primitive operators: everything that a traced program is made of. */
export type OpName = keyof typeof rules;

export const opNames = Object.keys(rules) as OpName[];

export const inferSpec = (op: OpName, inputs: readonly Spec[], attrs: Attributes): Spec =>
  (rules[op] as Rule)(inputs, attrs);
