import * as tf from "@tensorflow/tfjs-core";
import type { GraphBuilder, Node } from "../../graph/graph.js";
import type { OpName } from "../../graph/operators.js";
import type { Kernel, Kernels } from "./kernel.js";

/** Most functions exist for floats alone; tfjs lets integers in and gives floats out. */
const float = (x: Node, b: GraphBuilder): Node =>
  x.dtype === "float32" ? x : b.op("cast", [x], { dtype: "float32" });

const unary =
  (op: OpName): Kernel =>
  ({ x }, _, b) =>
    b.op(op, [x!]);
const unaryFloat =
  (op: OpName): Kernel =>
  ({ x }, _, b) =>
    b.op(op, [float(x!, b)]);
const binary =
  (op: OpName): Kernel =>
  ({ a, b: y }, _, b) =>
    b.op(op, [a!, y!]);

const square = (x: Node, b: GraphBuilder): Node => b.op("mul", [x, x]);
const number = (value: number, like: Node, b: GraphBuilder): Node => b.scalar(value, like.dtype);

const not = (x: Node, b: GraphBuilder): Node => b.op("not", [x]);
const holdsNaN = (x: Node, b: GraphBuilder): Node => b.op("isNaN", [x]);
const isNegative = (x: Node, b: GraphBuilder): Node => b.op("less", [x, number(0, x, b)]);
const isPositive = (x: Node, b: GraphBuilder): Node => b.op("greater", [x, number(0, x, b)]);

/** eˣ − 1 where x is negative; x is held at 0 so that the branch not taken does not overflow. */
const expm1Below = (x: Node, b: GraphBuilder): Node =>
  b.op("sub", [b.op("exp", [b.op("min", [x, b.scalar(0)])]), b.scalar(1)]);

/** x where x ≥ 0, α·x elsewhere, as floats. */
const leaky = (x: Node, alpha: Node, b: GraphBuilder): Node =>
  b.op("select", [isNegative(x, b), b.op("mul", [x, float(alpha, b)]), x]);

/** The angle of the point (x, y): that of the quotient, turned by π on the left, upright where x is 0. */
function atan2(y: Node, x: Node, b: GraphBuilder): Node {
  const angle = b.op("atan", [b.op("div", [y, x])]);
  const turn = b.op("select", [isNegative(y, b), b.scalar(-Math.PI), b.scalar(Math.PI)]);
  const upright = b.op("mul", [b.op("sign", [y]), b.scalar(Math.PI / 2)]);
  const sideways = b.op("select", [isNegative(x, b), b.op("add", [angle, turn]), angle]);
  return b.op("select", [b.op("equal", [x, b.scalar(0)]), upright, sideways]);
}

/** The quotient rounded towards minus infinity, as floats. */
const floorQuotient = (a: Node, y: Node, b: GraphBuilder): Node =>
  b.op("floor", [b.op("div", [float(a, b), float(y, b)])]);

export const elementwise: Kernels = {
  Abs: unary("abs"),
  Neg: unary("neg"),
  // tfjs's sign of NaN is 0.
  Sign: ({ x }, _, b) =>
    x!.dtype === "float32"
      ? b.op("select", [holdsNaN(x!, b), b.scalar(0), b.op("sign", [x!])])
      : b.op("sign", [x!]),
  Floor: unaryFloat("floor"),
  Ceil: unaryFloat("ceil"),
  Round: ({ x }, _, b) => b.op(x!.dtype === "float32" ? "round" : "identity", [x!]),
  Exp: unaryFloat("exp"),
  Log: unaryFloat("log"),
  Sqrt: unaryFloat("sqrt"),
  Sin: unaryFloat("sin"),
  Cos: unaryFloat("cos"),
  Tan: unaryFloat("tan"),
  Asin: unaryFloat("asin"),
  Acos: unaryFloat("acos"),
  Atan: unaryFloat("atan"),
  Sinh: unaryFloat("sinh"),
  Cosh: unaryFloat("cosh"),
  Asinh: unaryFloat("asinh"),
  Acosh: unaryFloat("acosh"),
  Atanh: unaryFloat("atanh"),
  Tanh: unaryFloat("tanh"),
  Sigmoid: unaryFloat("sigmoid"),
  Erf: unaryFloat("erf"),
  Softplus: unaryFloat("softplus"),
  Reciprocal: unaryFloat("reciprocal"),
  Rsqrt: ({ x }, _, b) => b.op("reciprocal", [b.op("sqrt", [float(x!, b)])]),
  Square: ({ x }, _, b) => square(x!, b),
  Expm1: ({ x }, _, b) => b.op("sub", [b.op("exp", [float(x!, b)]), b.scalar(1)]),
  Log1p: ({ x }, _, b) => b.op("log", [b.op("add", [float(x!, b), b.scalar(1)])]),
  LogicalNot: unary("not"),
  IsNan: unary("isNaN"),
  IsInf: unary("isInf"),
  IsFinite: ({ x }, _, b) =>
    not(b.op("or", [holdsNaN(float(x!, b), b), b.op("isInf", [float(x!, b)])]), b),

  Relu: ({ x }, _, b) => b.op("relu", [x!]),
  Relu6: ({ x }, _, b) => b.op("min", [b.op("max", [x!, number(0, x!, b)]), number(6, x!, b)]),
  LeakyRelu: ({ x }, { alpha }, b) => leaky(float(x!, b), b.scalar(alpha), b),
  Prelu: ({ x, alpha }, _, b) => leaky(float(x!, b), alpha!, b),
  Elu: ({ x }, _, b) => {
    const y = float(x!, b);
    return b.op("select", [b.op("greaterEqual", [y, b.scalar(0)]), y, expm1Below(y, b)]);
  },
  EluGrad: ({ dy, y }, _, b) => {
    const slope = b.op("add", [b.op("min", [y!, b.scalar(0)]), b.scalar(1)]);
    return b.op("mul", [dy!, slope]);
  },
  Selu: ({ x }, _, b) => {
    const y = float(x!, b);
    const above = b.op("mul", [y, b.scalar(tf.backend_util.SELU_SCALE)]);
    const below = b.op("mul", [expm1Below(y, b), b.scalar(tf.backend_util.SELU_SCALEALPHA)]);
    return b.op("select", [b.op("greaterEqual", [y, b.scalar(0)]), above, below]);
  },
  /** 1 where x > 0, alpha where x ≤ 0, NaN where x is. */
  Step: ({ x }, { alpha = 0 }, b) => {
    const above = number(1, x!, b);
    const step = b.op("select", [isPositive(x!, b), above, number(alpha, x!, b)]);
    return x!.dtype === "float32" ? b.op("select", [holdsNaN(x!, b), x!, step]) : step;
  },
  ClipByValue: ({ x }, { clipValueMin, clipValueMax }, b) =>
    b.op("min", [b.op("max", [x!, number(clipValueMin, x!, b)]), number(clipValueMax, x!, b)]),

  Add: binary("add"),
  Sub: binary("sub"),
  Multiply: binary("mul"),
  RealDiv: binary("div"),
  // int32 even for floats, as on tfjs's own backends.
  FloorDiv: ({ a, b: y }, _, b) => b.op("cast", [floorQuotient(a!, y!, b)], { dtype: "int32" }),
  /** Remainder with the divisor's sign: a − ⌊a/b⌋·b. */
  Mod: ({ a, b: y }, _, b) => {
    const quotient = b.op("cast", [floorQuotient(a!, y!, b)], { dtype: a!.dtype });
    return b.op("sub", [a!, b.op("mul", [quotient, y!])]);
  },
  Pow: binary("pow"),
  Atan2: ({ a, b: y }, _, b) => atan2(float(a!, b), float(y!, b), b),
  Maximum: binary("max"),
  Minimum: binary("min"),
  SquaredDifference: ({ a, b: y }, _, b) => square(b.op("sub", [a!, y!]), b),
  Equal: binary("equal"),
  NotEqual: ({ a, b: y }, _, b) => b.op("not", [b.op("equal", [a!, y!])]),
  Less: binary("less"),
  LessEqual: binary("lessEqual"),
  Greater: binary("greater"),
  GreaterEqual: binary("greaterEqual"),
  LogicalAnd: binary("and"),
  LogicalOr: binary("or"),
  BitwiseAnd: binary("and"),
  AddN: (inputs, _, b) => Object.values(inputs).reduce((sum, x) => b.op("add", [sum, x])),

  Select: ({ condition, t, e }, _, b) => {
    // tfjs lets a vector condition choose whole rows.
    const rows = condition!.shape.length === 1 && t!.shape.length > 1;
    const shape = [...condition!.shape, ...t!.shape.slice(1).map(() => 1)];
    return b.op("select", [rows ? b.op("reshape", [condition!], { shape }) : condition!, t!, e!]);
  },
  Cast: ({ x }, { dtype }, b) => b.op("cast", [x!], { dtype }),
  Identity: unary("identity"),
  CliptuneFullPrecision: unary("fullPrecision"),
  CliptuneAfter: ({ x, when }, _, b) => b.op("after", [x!, when!]),
  ZerosLike: ({ x }, _, b) => b.op("broadcastTo", [number(0, x!, b)], { shape: x!.shape }),
  OnesLike: ({ x }, _, b) => b.op("broadcastTo", [number(1, x!, b)], { shape: x!.shape }),

  CliptuneGelu: unary("gelu"),
};
