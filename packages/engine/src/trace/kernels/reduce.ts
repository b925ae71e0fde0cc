import * as tf from "@tensorflow/tfjs-core";
import type { Node } from "../../graph/graph.js";
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

const arg =
  (flip: boolean): Kernel =>
  ({ x }, { axis }, b) =>
    b.op("argMax", [flip ? b.op("neg", [x!]) : x!], { axis: axesOf(x!, axis)[0]! });

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
  Softmax: ({ logits }, { dim }, b) =>
    b.op("softmax", [logits!], { axis: axesOf(logits!, dim)[0]! }),
  CliptuneLayerNorm: ({ x, weight, bias }, { epsilon }, b) =>
    (["layerNorm", "layerNormMean", "layerNormRdev"] as const).map((op) =>
      b.op(op, [x!, weight!, bias!], { epsilon }),
    ),
};
