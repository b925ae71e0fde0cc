// One or more small graphs for every primitive operator, with random inputs: what the device check compares and
// what the emitter's tests read. Cases are pure data: operator, inputs, attributes.

/** A small generator of floats in [0, 1) from a seed (mulberry32). */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const size = (shape) => shape.reduce((n, d) => n * d, 1);

const floats = (shape, low = -2, high = 2) => ({ dtype: "float32", shape, low, high });
const ints = (shape, low = -5, high = 6) => ({ dtype: "int32", shape, low, high });
const bools = (shape) => ({ dtype: "bool", shape, low: 0, high: 2 });
const bytes = (shape) => ({ dtype: "uint8", shape, low: 0, high: 256 });

/** The elements of an input that a case asks for. */
export function fill({ dtype, shape, low, high }, random) {
  const kind = { float32: Float32Array, int32: Int32Array }[dtype] ?? Uint8Array;
  const whole = dtype === "float32" ? (x) => x : Math.floor;
  return kind.from({ length: size(shape) }, () => whole(low + (high - low) * random()));
}

const x = floats([3, 5]);
const unary = (op, input = x) => ({ op, inputs: [input], attrs: {} });
const on = (op, inputs, attrs = {}) => ({ op, inputs, attrs });

const unaries = [
  ...["neg", "abs", "sign", "exp", "floor", "ceil", "round", "sin", "cos", "tan", "atan"],
  ...["sinh", "cosh", "asinh", "tanh", "sigmoid", "erf", "softplus", "relu", "isNaN", "isInf"],
  ...["gelu", "identity", "fullPrecision"],
].map((op) => unary(op));

const domains = [
  unary("log", floats([3, 5], 0.01, 3)),
  unary("sqrt", floats([3, 5], 0, 3)),
  unary("reciprocal", floats([3, 5], 0.5, 3)),
  unary("asin", floats([3, 5], -1, 1)),
  unary("acos", floats([3, 5], -1, 1)),
  unary("acosh", floats([3, 5], 1, 3)),
  unary("atanh", floats([3, 5], -0.9, 0.9)),
  unary("not", bools([3, 5])),
  unary("neg", ints([7])),
  unary("abs", ints([7])),
  unary("erf", floats([40], -5, 5)),
  unary("gelu", floats([40], -5, 5)),
  unary("softplus", floats([40], -90, 90)),
];

const binaries = ["add", "sub", "mul", "max", "min", "less", "lessEqual", "greater", "greaterEqual"]
  .flatMap((op) => [
    on(op, [floats([2, 3, 4]), floats([3, 4])]),
    on(op, [floats([2, 1, 4]), floats([3, 1])]),
    on(op, [ints([3, 4]), ints([])]),
  ])
  .concat([
    on("div", [floats([2, 3]), floats([3], 0.5, 2)]),
    on("div", [ints([9], 0, 50), ints([9], 1, 7)]),
    on("pow", [floats([2, 3], 0.1, 3), floats([3])]),
    on("equal", [ints([4, 6], 0, 3), ints([6], 0, 3)]),
    on("equal", [bools([8]), bools([8])]),
    on("less", [bools([8]), bools([8])]),
    on("and", [bools([2, 8]), bools([8])]),
    on("and", [ints([9], -99, 99), ints([9], -99, 99)]),
    on("or", [bools([2, 8]), bools([8])]),
    on("select", [bools([4, 1]), floats([4, 3]), floats([])]),
    on("select", [bools([4]), ints([2, 4]), ints([4])]),
  ]);

const casts = [
  on("cast", [bytes([4, 3])], { dtype: "float32" }),
  on("cast", [bytes([4, 3])], { dtype: "int32" }),
  on("cast", [floats([9], -9, 9)], { dtype: "int32" }),
  on("cast", [bools([9])], { dtype: "float32" }),
  on("cast", [ints([9], -1, 2)], { dtype: "bool" }),
  on("cast", [ints([9])], { dtype: "float32" }),
];

const cube = floats([2, 3, 4]);
const reductions = ["reduceSum", "reduceMean", "reduceMax", "reduceMin", "reduceProd"].flatMap(
  (op) => [
    on(op, [cube], { axes: [1], keepDims: false }),
    on(op, [cube], { axes: [0, 2], keepDims: true }),
    on(op, [cube], { axes: [0, 1, 2], keepDims: false }),
    on(op, [cube], { axes: [], keepDims: false }),
  ],
);

const scans = [false, true].flatMap((exclusive) =>
  [false, true].map((reverse) => on("cumsum", [cube], { axis: 1, exclusive, reverse })),
);

const rows = [
  on("reduceMax", [ints([3, 4])], { axes: [0], keepDims: false }),
  on("reduceMin", [ints([3, 4])], { axes: [1], keepDims: false }),
  on("reduceSum", [ints([3, 4])], { axes: [1], keepDims: true }),
  on("argMax", [cube], { axis: 1 }),
  on("argMax", [ints([6, 5], 0, 3)], { axis: 1 }),
  on("softmax", [floats([4, 7], -30, 30)], { axis: 1 }),
  on("softmax", [cube], { axis: 1 }),
  ...["layerNorm", "layerNormMean", "layerNormRdev"].map((op) =>
    on(op, [floats([2, 3, 16]), floats([16]), floats([16])], { epsilon: 1e-5 }),
  ),
  on("after", [cube, floats([4, 7])]),
  on("topKValues", [floats([4, 9])], { k: 3 }),
  on("topKIndices", [floats([4, 9])], { k: 3 }),
];

const products = [false, true].flatMap((transposeA) =>
  [false, true].flatMap((transposeB) => {
    const a = transposeA ? [5, 4] : [4, 5];
    const b = transposeB ? [3, 5] : [5, 3];
    const flags = { transposeA, transposeB };
    return [
      on("matmul", [floats(a), floats(b)], flags),
      on("matmul", [floats(a), floats(b), floats([3])], { ...flags, alpha: 0.25 }),
      on("matmul", [floats(a), floats(b), floats([4, 3])], flags),
      on("matmul", [floats([2, 6, ...a]), floats([2, 6, ...b])], { ...flags, alpha: 2 }),
      on("matmul", [floats([6, ...a]), floats(b)], flags),
      on("matmul", [floats([2, 1, ...a]), floats([6, ...b])], flags),
    ];
  }),
);

const shapes = [
  on("reshape", [cube], { shape: [6, 4] }),
  on("reshape", [floats([1])], { shape: [] }),
  on("broadcastTo", [floats([3, 1])], { shape: [2, 3, 4] }),
  on("broadcastTo", [floats([])], { shape: [2, 3] }),
  on("transpose", [cube], { perm: [2, 0, 1] }),
  on("tile", [floats([2, 3])], { reps: [2, 3] }),
  on("concat", [floats([2, 3]), floats([2, 1]), floats([2, 2])], { axis: 1 }),
  on("slice", [cube], { begin: [0, 1, 1], end: [2, 3, 4], strides: [1, 1, 2] }),
  on("reverse", [cube], { axes: [0, 2] }),
  on("pad", [floats([2, 3])], { before: [1, 0], after: [0, 2], value: 1.5 }),
  on("gather", [floats([7, 4]), ints([2, 3], 0, 7)], { axis: 0 }),
  on("gather", [floats([2, 7, 3]), ints([5], 0, 7)], { axis: 1 }),
  on("gather", [floats([7, 4]), ints([], 0, 7)], { axis: 0 }),
  on("gather", [floats([4, 7]), ints([2, 2], 0, 7)], { axis: 1 }),
  on("segmentSum", [floats([8, 3]), ints([8], 0, 4)], { size: 5 }),
  on("segmentSum", [floats([2, 4, 3]), ints([2, 4], 0, 4)], { size: 5 }),
  on("segmentSum", [floats([9]), ints([9], 0, 4)], { size: 4 }),
  on("scatterRows", [floats([8, 3]), ints([1], 0, 8), floats([1, 3])]),
  on("scatterRows", [ints([5]), ints([1], 0, 5), ints([1])]),
];

const walk = (strides, dilations, before, after) => ({ strides, dilations, before, after });
const convolutions = [
  on("conv", [floats([2, 7, 6, 3]), floats([3, 2, 3, 4])], {
    ...walk([2, 1], [1, 2], [1, 0], [1, 2]),
    groups: 1,
  }),
  on("conv", [floats([2, 5, 5, 4]), floats([3, 3, 1, 8])], {
    ...walk([1, 1], [1, 1], [1, 1], [1, 1]),
    groups: 4,
  }),
  on("conv", [floats([1, 4, 5, 6, 2]), floats([2, 2, 3, 2, 3])], {
    ...walk([1, 2, 1], [1, 1, 1], [0, 1, 1], [0, 0, 1]),
    groups: 1,
  }),
];

const pools = ["maxPool", "meanPool"].flatMap((op) => [
  on(op, [floats([2, 7, 6, 3])], { ...walk([2, 1], [1, 1], [1, 0], [1, 1]), sizes: [3, 2] }),
  on(op, [floats([1, 4, 5, 6, 2])], {
    ...walk([1, 2, 1], [1, 1, 1], [0, 1, 1], [0, 0, 1]),
    sizes: [2, 2, 3],
  }),
]);

export const operatorCases = [
  ...unaries,
  ...domains,
  ...binaries,
  ...casts,
  ...reductions,
  ...scans,
  ...rows,
  ...products,
  ...shapes,
  ...convolutions,
  ...pools,
];

export const caseName = ({ op, inputs, attrs }) =>
  `${op} ${inputs.map(({ dtype, shape }) => `${dtype}[${shape.join()}]`).join(" ")} ${JSON.stringify(attrs)}`;
