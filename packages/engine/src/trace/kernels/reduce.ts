import * as tf from "@tensorflow/tfjs-core";
import type { GraphBuilder, Node } from "../../graph/graph.js";
import type { OpName } from "../../graph/operators.js";
import type { Kernel, Kernels } from "./kernel.js";

/** Sorted, non-negative; all of them when none is named. */
const axesOf = (x: Node, axis: number | number[] | undefined): number[] =>
  tf.util.parseAxisParam(axis ?? [...x.shape.keys()], [...x.shape]).sort((a, b) => a - b);

const reduce =
  (op: OpName): Kernel =>
  ({ x }, { axis, reductionIndices, keepDims }, b) =>
    b.op(op, [x!], { axes: axesOf(x!, axis ?? reductionIndices), keepDims: Boolean(keepDims) });

/** Booleans are reduced as integers: "all" is their product, "any" their sum, right for no elements too. */
const reduceBool =
  (op: OpName): Kernel =>
  ({ x }, { axis, keepDims }, b) => {
    const asInt = b.op("cast", [x!], { dtype: "int32" });
    const reduced = b.op(op, [asInt], { axes: axesOf(x!, axis), keepDims: Boolean(keepDims) });
    return b.op("cast", [reduced], { dtype: "bool" });
  };

/** The first place of the greatest or least number, booleans being numbers and NaN none. */
const arg =
  (flip: boolean): Kernel =>
  ({ x }, { axis }, b) => {
    const numbers = x!.dtype === "bool" ? b.op("cast", [x!], { dtype: "int32" }) : x!;
    const turned = flip ? b.op("neg", [numbers]) : numbers;
    const lowest = b.scalar(Number.NEGATIVE_INFINITY);
    const places =
      turned.dtype === "float32"
        ? b.op("select", [b.op("isNaN", [turned]), lowest, turned])
        : turned;
    return b.op("argMax", [places], { axis: axesOf(x!, axis)[0]! });
  };

interface Scan {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

/** Running products in log₂ N steps: after step k each element holds the product of the 2ᵏ up to itself. */
function cumprod(x: Node, { axis, exclusive, reverse }: Scan, b: GraphBuilder): Node {
  const size = x.shape[axis]!;
  // The element `by` places back, 1 where there is none: negative margins cut.
  const shifted = (y: Node, by: number): Node => {
    const along = (value: number) => x.shape.map((_, i) => (i === axis ? value : 0));
    const [before, after] = reverse ? [-by, by] : [by, -by];
    return b.op("pad", [y], { before: along(before), after: along(after), value: 1 });
  };
  let product = exclusive ? shifted(x, Math.min(1, size)) : x;
  for (let by = 1; by < size; by *= 2) product = b.op("mul", [product, shifted(product, by)]);
  return product;
}

export const reductions: Kernels = {
  Sum: reduce("reduceSum"),
  // The mean of integers is a float.
  Mean: ({ x }, attrs, b) => {
    const floats = x!.dtype === "float32" ? x! : b.op("cast", [x!], { dtype: "float32" });
    return reduce("reduceMean")({ x: floats }, attrs, b);
  },
  Max: reduce("reduceMax"),
  Min: reduce("reduceMin"),
  Prod: reduce("reduceProd"),
  All: reduceBool("reduceProd"),
  Any: reduceBool("reduceSum"),
  ArgMax: arg(false),
  ArgMin: arg(true),
  Cumsum: ({ x }, { axis, exclusive, reverse }, b) =>
    b.op("cumsum", [x!], {
      axis: axesOf(x!, axis)[0]!,
      exclusive: Boolean(exclusive),
      reverse: Boolean(reverse),
    }),
  Cumprod: ({ x }, { axis, exclusive, reverse }, b) => {
    const numbers = x!.dtype === "bool" ? b.op("cast", [x!], { dtype: "int32" }) : x!;
    return cumprod(numbers, { axis: axesOf(x!, axis)[0]!, exclusive, reverse }, b);
  },
};
