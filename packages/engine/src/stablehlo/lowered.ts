import type { Node } from "../graph/graph.js";
import { forms } from "./forms.js";
import { arithmetic, type Kind, moves } from "./kinds.js";
import { type HloType, isFloat, type Value, type Writer } from "./writer.js";

const asType = (type: HloType, x: Value, w: Writer): Value =>
  isFloat(x.type) ? w.convert(x, type) : x;

/** Numbers that lose nothing as bfloat16: float32 with the lower half of its bits zero. */
const isShort = (data: Float32Array): boolean =>
  new Uint32Array(data.buffer, data.byteOffset, data.length).every((bits) => (bits & 0xffff) === 0);

/** Whether an operand may be read as bfloat16: it is one already, or nothing is lost, or it is a bias. */
function canBeLow(op: string, node: Node, value: Value): boolean {
  if (value.type !== "f32" || (node.data instanceof Float32Array && isShort(node.data)))
    return true;
  const isBias = node.op === "input" && node.shape.length === 1;
  return isBias && (op === "add" || op === "sub");
}

/**
 * Says one node in StableHLO in the type that its kind asks for. What is low is computed with as it is where one
 * operation rounds once anyway; the rest goes up to float32 and down again, which XLA does inside one loop.
 */
export function lowered(node: Node, inputs: readonly Value[], kind: Kind, w: Writer): Value {
  if (node.op === "matmul") return forms.matmul(node, inputs, w, kind);
  const type = kind === "low" && w.precision === "bf16" ? "bf16" : "f32";
  const isDirect =
    moves.has(node.op) ||
    (arithmetic.has(node.op) && inputs.every((x, i) => canBeLow(node.op, node.inputs[i]!, x)));
  const inner = isDirect && node.dtype === "float32" ? type : "f32";
  const given = inputs.map((x) => asType(inner, x, w));
  return asType(type, forms[node.op](node, given, w, kind), w);
}
