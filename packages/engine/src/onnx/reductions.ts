import { elements } from "../arrays.js";
import type { Node } from "../graph/graph.js";
import { ints } from "../graph/operators.js";
import type { Emitter } from "./writer.js";

type Reduction = "Sum" | "Mean" | "Prod" | "Max" | "Min";

/** What a reduction of nothing gives; integers stop at their ends. */
const ofNothing: Record<Reduction, number> = {
  Sum: 0,
  Mean: Number.NaN,
  Prod: 1,
  Max: Number.NEGATIVE_INFINITY,
  Min: Number.POSITIVE_INFINITY,
};

/** What needs no reduction: no axes, or no elements, which WebGPU's kernels refuse. */
function trivial(kind: Reduction, node: Node, e: Emitter): string | undefined {
  const [x] = node.inputs as [Node];
  // ONNX reads an empty list as "all axes"; here it means none.
  if (ints(node.attrs, "axes").length === 0) return e.op("Identity", [e.name(x)]);
  if (elements(x.shape) > 0) return undefined;
  const { dtype, shape } = node;
  const value = ofNothing[kind];
  const held = dtype === "float32" ? value : Math.max(-(2 ** 31), Math.min(value, 2 ** 31 - 1));
  return e.op("Expand", [e.scalar(held, dtype), e.int64(shape)]);
}

function reduced(kind: Reduction | "L1", node: Node, e: Emitter): string {
  const inputs = [e.name(node.inputs[0]!), e.int64(ints(node.attrs, "axes"))];
  return e.op(`Reduce${kind}`, inputs, { keepdims: node.attrs["keepDims"] ? 1 : 0 });
}

export const reduce =
  (kind: Reduction) =>
  (node: Node, e: Emitter): string =>
    trivial(kind, node, e) ?? reduced(kind, node, e);

/** ONNX Runtime passes over NaN; the sum of the magnitudes is NaN exactly where an element is, and needs no copy. */
export const extreme =
  (kind: "Max" | "Min") =>
  (node: Node, e: Emitter): string => {
    const known = trivial(kind, node, e);
    if (known !== undefined) return known;
    const found = reduced(kind, node, e);
    if (node.dtype !== "float32") return found;
    const magnitude = reduced("L1", node, e);
    if (!e.lacking.has("IsNaN"))
      return e.op("Where", [e.op("IsNaN", [magnitude]), magnitude, found]);
    // Max and Min hand a NaN on; of any other magnitude they leave the infinity that changes nothing.
    const [same, other, nothing] =
      kind === "Max" ? ["Max", "Min", -Infinity] : ["Min", "Max", Infinity];
    return e.op(same, [found, e.op(other, [magnitude, e.scalar(nothing, "float32")])]);
  };
