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

/** The quotient rounded towards minus infinity, as floats. */
const floorQuotient = (a: Node, y: Node, b: GraphBuilder): Node =>
  b.op("floor", [b.op("div", [float(a, b), float(y, b)])]);

export const elementwise: Kernels = {
  Abs: unary("abs"),
  Neg: unary("neg"),
  Sign: unary("sign"),
  Floor: unaryFloat("floor"),
  Ceil: unaryFloat("ceil"),
  Round: unaryFloat("round"),
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

  Relu: ({ x }, _, b) => b.op("relu", [x!]),
  Relu6: ({ x }, _, b) => b.op("min", [b.op("max", [x!, number(0, x!, b)]), number(6, x!, b)]),
  LeakyRelu: ({ x }, { alpha }, b) => {
    const below = b.op("mul", [x!, b.scalar(alpha)]);
    return b.op("select", [b.op("less", [x!, b.scalar(0)]), below, x!]);
  },
  Elu: ({ x }, _, b) => {
    const below = b.op("sub", [b.op("exp", [b.op("min", [x!, b.scalar(0)])]), b.scalar(1)]);
    return b.op("select", [b.op("greaterEqual", [x!, b.scalar(0)]), x!, below]);
  },
  /** 1 where x > 0, alpha where x ≤ 0, NaN where x is. */
  Step: ({ x }, { alpha = 0 }, b) => {
    const step = b.op("select", [
      b.op("greater", [x!, number(0, x!, b)]),
      b.scalar(1),
      b.scalar(alpha),
    ]);
    return b.op("select", [b.op("isNaN", [float(x!, b)]), float(x!, b), step]);
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
  AddN: (inputs, _, b) => Object.values(inputs).reduce((sum, x) => b.op("add", [sum, x])),

  Select: ({ condition, t, e }, _, b) => {
    // tfjs lets a vector condition choose whole rows.
    const rows = condition!.shape.length === 1 && t!.shape.length > 1;
    const shape = [...condition!.shape, ...t!.shape.slice(1).map(() => 1)];
    return b.op("select", [rows ? b.op("reshape", [condition!], { shape }) : condition!, t!, e!]);
  },
  Cast: ({ x }, { dtype }, b) => b.op("cast", [x!], { dtype }),
  Identity: unary("identity"),
  CliptuneAfter: ({ x, when }, _, b) => b.op("after", [x!, when!]),
  ZerosLike: ({ x }, _, b) => b.op("broadcastTo", [number(0, x!, b)], { shape: x!.shape }),
  OnesLike: ({ x }, _, b) => b.op("broadcastTo", [number(1, x!, b)], { shape: x!.shape }),

  CliptuneGelu: unary("gelu"),
};
