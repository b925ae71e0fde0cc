import { elements } from "../arrays.js";
import type { Node } from "../graph/graph.js";
import { int, ints, type OpName } from "../graph/operators.js";
import type { DType } from "../types.js";
import { matmul } from "./products.js";
import { extreme, reduce } from "./reductions.js";
import { conv, pool } from "./windows.js";
import type { Emitter } from "./writer.js";
import { inputName } from "./writer.js";

/** Says one primitive operator in ONNX; returns the name of the value that holds its result. */
type Form = (node: Node, e: Emitter) => string;

const names = (node: Node, e: Emitter): string[] => node.inputs.map((input) => e.name(input));

const direct =
  (type: string): Form =>
  (node, e) =>
    e.op(type, names(node, e));

/** For operators that ONNX Runtime lacks for bool: computed in another type. */
const through =
  (type: string, via: "int32" | "uint8"): Form =>
  (node, e) => {
    if (node.inputs.every((input) => input.dtype !== "bool")) return e.op(type, names(node, e));
    const inputs = node.inputs.map((x) =>
      x.dtype === "bool" ? e.cast(e.name(x), via) : e.name(x),
    );
    const result = e.op(type, inputs);
    return node.dtype === "bool" ? e.cast(result, "bool") : result;
  };

const alongAxis =
  (type: string): Form =>
  (node, e) =>
    e.op(type, names(node, e), { axis: int(node.attrs, "axis") });

/** `x · σ(x)` and `x · σ(−x)` are one kernel, which reads x once and is done while it lies in the cache. */
const mul: Form = (node, e) => {
  const [a, b] = node.inputs as [Node, Node];
  for (const [x, gate] of [
    [a, b],
    [b, a],
  ] as const) {
    const inner = gate.op === "sigmoid" ? gate.inputs[0]! : undefined;
    const alpha = inner === x ? 1 : inner?.op === "neg" && inner.inputs[0] === x ? -1 : undefined;
    if (!alpha) continue;
    return e.op("QuickGelu", [e.name(x)], { alpha: { float: alpha } }, "com.microsoft");
  }
  return e.op("Mul", names(node, e));
};

/** WebGPU's Pow fails where a side has to be spread, unless it is one number. */
const pow: Form = (node, e) => {
  const spread = ({ shape }: Node) => ![1, elements(node.shape)].includes(elements(shape));
  const inputs = node.inputs.map((x) =>
    e.lacking.has("Pow's spreading") && spread(x)
      ? e.op("Expand", [e.name(x), e.int64(node.shape)])
      : e.name(x),
  );
  return e.op("Pow", inputs);
};

const cast: Form = (node, e) => {
  const [x] = names(node, e) as [string];
  return e.cast(x, node.attrs["dtype"] as DType);
};

const select: Form = (node, e) => {
  const [condition, then, otherwise] = names(node, e) as [string, string, string];
  const test = node.inputs[0]!.dtype === "bool" ? condition : e.cast(condition, "bool");
  if (node.dtype !== "bool") return e.op("Where", [test, then, otherwise]);
  return e.cast(e.op("Where", [test, e.cast(then, "uint8"), e.cast(otherwise, "uint8")]), "bool");
};

/** Sums rows into bins: ScatterND with addition onto zeros. */
const segmentSum: Form = (node, e) => {
  const [x, ids] = names(node, e) as [string, string];
  const zeros = e.op("Expand", [e.scalar(0, node.dtype), e.int64(node.shape)]);
  const positions = e.op("Unsqueeze", [e.cast(ids, "int64"), e.int64([-1])]);
  return e.op("ScatterND", [zeros, positions, x], { reduction: "add" });
};

const scatterRows: Form = (node, e) => {
  const [x, ids, rows] = names(node, e) as [string, string, string];
  return e.op("ScatterND", [x, e.op("Unsqueeze", [e.cast(ids, "int64"), e.int64([-1])]), rows]);
};

const slice: Form = (node, e) => {
  const { begin, end, strides } = node.attrs as Record<
    "begin" | "end" | "strides",
    readonly number[]
  >;
  const axes = begin.map((_, i) => i);
  const [x] = names(node, e) as [string];
  return e.op("Slice", [x, e.int64(begin), e.int64(end), e.int64(axes), e.int64(strides)]);
};

const reverse: Form = (node, e) => {
  const axes = ints(node.attrs, "axes");
  const [x] = names(node, e) as [string];
  if (axes.length === 0) return e.op("Identity", [x]);
  const all = (value: number) => e.int64(axes.map(() => value));
  // From the last element down past the first: the end is clamped.
  return e.op("Slice", [x, all(-1), all(-(2 ** 31)), e.int64(axes), all(-1)]);
};

const pad: Form = (node, e) => {
  const { before, after } = node.attrs as Record<"before" | "after", readonly number[]>;
  const [x] = names(node, e) as [string];
  return e.op("Pad", [
    x,
    e.int64([...before, ...after]),
    e.scalar(int(node.attrs, "value"), node.dtype),
  ]);
};

const topK =
  (index: 0 | 1): Form =>
  (node, e) => {
    const [x] = names(node, e) as [string];
    const results = e.results("TopK", [x, e.int64([int(node.attrs, "k")])], 2, { axis: -1 });
    return index === 0 ? results[0]! : e.cast(results[1]!, "int32");
  };

/** Three results of one operator: the rows normalised, their means, and their reciprocal deviations. */
const layerNorm =
  (index: 0 | 1 | 2): Form =>
  (node, e) => {
    const attrs = { axis: -1, epsilon: { float: int(node.attrs, "epsilon") } };
    return e.results("LayerNormalization", names(node, e), 3, attrs)[index]!;
  };

/**
 * A reshape to the shape that x has, said so that it depends on `when`: ONNX Runtime orders nodes by what they
 * read, and a reshape copies nothing.
 */
const after: Form = (node, e) => {
  const [x, when] = names(node, e) as [string, string];
  const elements = e.op("Size", [when]);
  const nothing = e.op("Mul", [elements, e.int64([0])]); // [1]
  return e.op("Reshape", [x, e.op("Add", [e.int64(node.shape), nothing])]);
};

/** Tests that ONNX defines for floats alone. */
const floatTest =
  (type: string): Form =>
  (node, e) => {
    const x = node.inputs[0]!;
    return e.op(type, [x.dtype === "float32" ? e.name(x) : e.cast(e.name(x), "float32")]);
  };

/** One entry an operator: the type checker asks for it when `graph/operators.ts` grows. */
export const forms: Record<OpName, Form> = {
  input: (node) => inputName(node.attrs["source"] as "input", node.attrs["name"] as string),
  literal: (node, e) =>
    e.initializer(`literal${node.id}`, {
      type: node.dtype,
      shape: node.shape,
      raw: new Uint8Array(node.data!.buffer, node.data!.byteOffset, node.data!.byteLength),
    }),

  neg: direct("Neg"),
  abs: direct("Abs"),
  sign: direct("Sign"),
  exp: direct("Exp"),
  log: direct("Log"),
  sqrt: direct("Sqrt"),
  reciprocal: direct("Reciprocal"),
  floor: direct("Floor"),
  ceil: direct("Ceil"),
  round: direct("Round"),
  sin: direct("Sin"),
  cos: direct("Cos"),
  tan: direct("Tan"),
  asin: direct("Asin"),
  acos: direct("Acos"),
  atan: direct("Atan"),
  sinh: direct("Sinh"),
  cosh: direct("Cosh"),
  asinh: direct("Asinh"),
  acosh: direct("Acosh"),
  atanh: direct("Atanh"),
  tanh: direct("Tanh"),
  sigmoid: direct("Sigmoid"),
  erf: direct("Erf"),
  softplus: direct("Softplus"),
  relu: direct("Relu"),
  not: direct("Not"),
  identity: direct("Identity"),
  after,
  fullPrecision: direct("Identity"),
  isNaN: floatTest("IsNaN"),
  isInf: floatTest("IsInf"),

  add: direct("Add"),
  sub: direct("Sub"),
  mul,
  div: direct("Div"),
  pow,
  max: direct("Max"),
  min: direct("Min"),
  equal: direct("Equal"),
  less: through("Less", "int32"),
  lessEqual: through("LessOrEqual", "int32"),
  greater: through("Greater", "int32"),
  greaterEqual: through("GreaterOrEqual", "int32"),
  and: (node, e) => e.op(node.dtype === "bool" ? "And" : "BitwiseAnd", names(node, e)),
  or: direct("Or"),
  select,
  cast,

  reduceSum: reduce("Sum"),
  reduceMean: reduce("Mean"),
  reduceMax: extreme("Max"),
  reduceMin: extreme("Min"),
  reduceProd: reduce("Prod"),
  argMax: (node, e) =>
    e.cast(e.op("ArgMax", names(node, e), { axis: int(node.attrs, "axis"), keepdims: 0 }), "int32"),
  cumsum: (node, e) =>
    e.op("CumSum", [...names(node, e), e.scalar(int(node.attrs, "axis"), "int32")], {
      exclusive: node.attrs["exclusive"] ? 1 : 0,
      reverse: node.attrs["reverse"] ? 1 : 0,
    }),
  softmax: alongAxis("Softmax"),
  layerNorm: layerNorm(0),
  layerNormMean: layerNorm(1),
  layerNormRdev: layerNorm(2),
  gelu: direct("Gelu"),

  matmul,
  conv,
  maxPool: pool("MaxPool"),
  meanPool: pool("AveragePool"),
  // ONNX reads a zero as "as it was" unless told otherwise.
  reshape: (node, e) =>
    e.op("Reshape", [...names(node, e), e.int64(node.shape)], {
      allowzero: node.shape.includes(0) ? 1 : 0,
    }),
  broadcastTo: (node, e) => e.op("Expand", [...names(node, e), e.int64(node.shape)]),
  transpose: (node, e) => e.op("Transpose", names(node, e), { perm: ints(node.attrs, "perm") }),
  tile: (node, e) => e.op("Tile", [...names(node, e), e.int64(ints(node.attrs, "reps"))]),
  concat: alongAxis("Concat"),
  slice,
  reverse,
  pad,
  gather: alongAxis("Gather"),
  segmentSum,
  scatterRows,
  topKValues: topK(0),
  topKIndices: topK(1),
};
