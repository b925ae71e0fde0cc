import { elements } from "../arrays.js";
import type { Node } from "../graph/graph.js";
import { ints } from "../graph/operators.js";
import type { Emitter } from "./writer.js";

type Reduction = "Sum" | "L1" | "Mean" | "Prod" | "Max" | "Min";

/** What a reduction of nothing gives; integers stop at their ends. */
const ofNothing: Record<Reduction, number> = {
  Sum: 0,
  L1: 0,
  Mean: Number.NaN,
  Prod: 1,
  Max: Number.NEGATIVE_INFINITY,
  Min: Number.POSITIVE_INFINITY,
};

function nothingReduced(kind: Reduction, { dtype, shape }: Node, e: Emitter): string {
  const value = ofNothing[kind];
  const held = dtype === "float32" ? value : Math.max(-(2 ** 31), Math.min(value, 2 ** 31 - 1));
  return e.op("Expand", [e.scalar(held, dtype), e.int64(shape)]);
}

export const reduce =
  (kind: Reduction) =>
  (node: Node, e: Emitter): string => {
    const axes = ints(node.attrs, "axes");
    const x = e.name(node.inputs[0]!);
    // ONNX reads an empty list as "all axes"; here it means none.
    if (axes.length === 0) return e.op("Identity", [x]);
    // WebGPU's kernels refuse it.
    if (elements(node.inputs[0]!.shape) === 0) return nothingReduced(kind, node, e);
    return e.op(`Reduce${kind}`, [x, e.int64(axes)], { keepdims: node.attrs["keepDims"] ? 1 : 0 });
  };

/** ONNX Runtime passes over NaN; the sum of the magnitudes is NaN exactly where an element is, and needs no copy. */
export const extreme =
  (kind: "Max" | "Min") =>
  (node: Node, e: Emitter): string => {
    const found = reduce(kind)(node, e);
    const isPlain =
      node.dtype !== "float32" ||
      ints(node.attrs, "axes").length === 0 ||
      elements(node.inputs[0]!.shape) === 0;
    if (isPlain) return found;
    const magnitude = reduce("L1")(node, e);
    if (!e.lacking.has("IsNaN"))
      return e.op("Where", [e.op("IsNaN", [magnitude]), magnitude, found]);
    // Max and Min hand a NaN on; of any other magnitude they leave the infinity that changes nothing.
    const [same, other, nothing] =
      kind === "Max" ? ["Max", "Min", -Infinity] : ["Min", "Max", Infinity];
    return e.op(same, [found, e.op(other, [magnitude, e.scalar(nothing, "float32")])]);
  };
