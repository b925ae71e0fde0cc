import type { Node } from "../graph/graph.js";
import { int, ints, type OpName } from "../graph/operators.js";
import type { DType } from "../types.js";
import * as composite from "./elementwise.js";
import type { Kind } from "./kinds.js";
import * as layout from "./layout.js";
import { product } from "./matrix.js";
import * as windows from "./windows.js";
import { denseText, hloTypes, type Value, type Writer } from "./writer.js";

/** Says one primitive operator in StableHLO, given its inputs' values; returns its result's. Products ask how it is kept. */
export type Form = (node: Node, inputs: readonly Value[], w: Writer, kind: Kind) => Value;

const unary =
  (op: string): Form =>
  (_, [x], w) =>
    w.unary(op, x!);

const binary =
  (op: string): Form =>
  (_, [a, b], w) =>
    w.binary(op, a!, b!);

const compare =
  (direction: Parameters<Writer["compare"]>[0]): Form =>
  (_, [a, b], w) =>
    w.compare(direction, a!, b!);

const made =
  (form: composite.Composite): Form =>
  (_, [x], w) =>
    form(x!, w);

const reduce =
  (fold: Parameters<Writer["reduce"]>[0]): Form =>
  ({ attrs }, [x], w) =>
    w.reduce(fold, x!, ints(attrs, "axes"), Boolean(attrs["keepDims"]));

const literal: Form = ({ data, dtype, shape }, _, w) => {
  const type = hloTypes[dtype];
  return w.constant(denseText(data!, type), type, shape);
};

/** x − max(x), which the exponential cannot overflow on. */
const shifted = (x: Value, axis: number, w: Writer): Value =>
  w.binary("subtract", x, w.reduce("maximum", x, [axis], true));

const softmax: Form = ({ attrs }, [x], w) => {
  const axis = int(attrs, "axis");
  const powers = w.unary("exponential", shifted(x!, axis, w));
  return w.binary("divide", powers, w.reduce("add", powers, [axis], true));
};

/** x − mean, the mean, and 1 / √(variance + ε), along the last axis. */
function rowStatistics(x: Value, epsilon: number, w: Writer) {
  const last = [x.shape.length - 1];
  const mean = w.mean(x, last, true);
  const centred = w.binary("subtract", x, mean);
  const variance = w.mean(w.binary("multiply", centred, centred), last, true);
  return { centred, mean, rdev: w.unary("rsqrt", w.binary("add", variance, epsilon)) };
}

const layerNorm: Form = ({ attrs }, [x, weight, bias], w) => {
  const { centred, rdev } = rowStatistics(x!, int(attrs, "epsilon"), w);
  const standard = w.binary("multiply", centred, rdev);
  return w.binary("add", w.binary("multiply", standard, weight!), bias!);
};

// XLA finds what these have in common with the form above.
const layerNormStatistic =
  (name: "mean" | "rdev"): Form =>
  ({ attrs }, [x], w) =>
    rowStatistics(x!, int(attrs, "epsilon"), w)[name];

/** The first place that holds the maximum. */
const argMax: Form = ({ attrs }, [x], w) => {
  const axis = int(attrs, "axis");
  const isTop = w.compare("EQ", x!, w.reduce("maximum", x!, [axis], true));
  const places = w.iota(x!.shape, axis);
  return w.reduce("minimum", w.select(isTop, places, w.scalar(x!.shape[axis]! - 1, "i32")), [axis]);
};

const cumsum: Form = ({ attrs }, [x], w) =>
  layout.cumsum(
    x!,
    {
      axis: int(attrs, "axis"),
      exclusive: Boolean(attrs["exclusive"]),
      reverse: Boolean(attrs["reverse"]),
    },
    w,
  );

const topK =
  (index: 0 | 1): Form =>
  ({ attrs }, [x], w) =>
    layout.topK(x!, int(attrs, "k"), index, w);

/** One entry an operator: the type checker asks for it when `graph/operators.ts` grows. */
export const forms: Record<OpName, Form> = {
  input: () => {
    throw new Error("internal: inputs are the program's arguments, not operations.");
  },
  literal,

  neg: unary("negate"),
  abs: unary("abs"),
  sign: unary("sign"),
  exp: unary("exponential"),
  log: unary("log"),
  sqrt: unary("sqrt"),
  reciprocal: made(composite.reciprocal),
  floor: unary("floor"),
  ceil: unary("ceil"),
  round: unary("round_nearest_even"),
  sin: unary("sine"),
  cos: unary("cosine"),
  tan: unary("chlo.tan"),
  asin: unary("chlo.asin"),
  acos: unary("chlo.acos"),
  atan: unary("chlo.atan"),
  sinh: unary("chlo.sinh"),
  cosh: unary("chlo.cosh"),
  asinh: unary("chlo.asinh"),
  acosh: unary("chlo.acosh"),
  atanh: unary("chlo.atanh"),
  tanh: unary("tanh"),
  sigmoid: unary("logistic"),
  erf: unary("chlo.erf"),
  softplus: made(composite.softplus),
  relu: made(composite.relu),
  not: unary("not"),
  isNaN: made(composite.isNotANumber),
  isInf: made(composite.isInfinite),
  identity: (_, [x]) => x!,
  after: (_, [x, when], w) => w.barrier(x!, when!),
  fullPrecision: (_, [x]) => x!,

  add: binary("add"),
  sub: binary("subtract"),
  mul: binary("multiply"),
  div: binary("divide"),
  pow: binary("power"),
  max: binary("maximum"),
  min: binary("minimum"),
  equal: compare("EQ"),
  less: compare("LT"),
  lessEqual: compare("LE"),
  greater: compare("GT"),
  greaterEqual: compare("GE"),
  and: binary("and"),
  or: binary("or"),
  select: (_, [condition, then, otherwise], w) => w.select(condition!, then!, otherwise!),
  cast: ({ attrs }, [x], w) => w.convert(x!, hloTypes[attrs["dtype"] as DType]),

  reduceSum: reduce("add"),
  reduceMean: ({ attrs }, [x], w) => w.mean(x!, ints(attrs, "axes"), Boolean(attrs["keepDims"])),
  reduceMax: reduce("maximum"),
  reduceMin: reduce("minimum"),
  reduceProd: reduce("multiply"),
  argMax,
  cumsum,
  softmax,
  layerNorm,
  layerNormMean: layerNormStatistic("mean"),
  layerNormRdev: layerNormStatistic("rdev"),
  gelu: made(composite.gelu),

  matmul: product,
  conv: ({ attrs, shape }, [x, filter], w) =>
    windows.conv(x!, filter!, attrs as unknown as windows.Steps & { groups: number }, shape, w),
  maxPool: ({ attrs, shape }, [x], w) =>
    windows.maxPool(x!, attrs as unknown as windows.Window, shape, w),
  meanPool: ({ attrs, shape }, [x], w) =>
    windows.meanPool(x!, attrs as unknown as windows.Window, shape, w),
  reshape: ({ shape }, [x], w) => w.reshape(x!, shape),
  broadcastTo: ({ shape }, [x], w) => w.broadcast(x!, shape),
  transpose: ({ attrs }, [x], w) => w.transpose(x!, ints(attrs, "perm")),
  tile: ({ attrs }, [x], w) => layout.tile(x!, ints(attrs, "reps"), w),
  concat: ({ attrs }, parts, w) => layout.concat(parts, int(attrs, "axis"), w),
  slice: ({ attrs }, [x], w) => layout.slice(x!, attrs as unknown as layout.Cut, w),
  reverse: ({ attrs }, [x], w) => layout.reverse(x!, ints(attrs, "axes"), w),
  pad: ({ attrs }, [x], w) => layout.pad(x!, attrs as unknown as layout.Margins, w),
  gather: ({ attrs }, [x, indices], w) => layout.gather(x!, indices!, int(attrs, "axis"), w),
  segmentSum: ({ attrs }, [x, ids], w) => layout.segmentSum(x!, ids!, int(attrs, "size"), w),
  scatterRows: (_, [x, ids, rows], w) => layout.scatterRows(x!, ids!, rows!, w),
  topKValues: topK(0),
  topKIndices: topK(1),
};
