import { elements } from "../arrays.js";
import type { Node } from "../graph/graph.js";
import type { Emitter } from "./writer.js";

/** Gemm spreads its bias over the result on one thread before it begins; an Add of this many numbers has them all. */
const wide = 2 ** 20;

/**
 * Gemm for plain matrices (it takes the bias along), ONNX Runtime's FusedMatMul for stacks of them:
 * both take transposes as flags and a scale for nothing.
 */
export function matmul(node: Node, e: Emitter): string {
  const inputs = node.inputs.map((x) => e.name(x));
  const [a, b, c] = inputs as [string, string, string?];
  const attrs = {
    alpha: { float: (node.attrs["alpha"] as number | undefined) ?? 1 },
    transA: node.attrs["transposeA"] ? 1 : 0,
    transB: node.attrs["transposeB"] ? 1 : 0,
  };
  const isPlain = node.inputs.every((x) => x.shape.length <= 2);
  const addsWide = node.inputs[2]?.shape.length === 1 && elements(node.shape) >= wide;
  if (isPlain && !addsWide) return e.op("Gemm", inputs, attrs);
  const product = e.lacking.has("FusedMatMul")
    ? plainProduct(node, e)
    : e.op("FusedMatMul", [a, b], attrs, "com.microsoft");
  return c ? e.op("Add", [product, c]) : product;
}

/** FusedMatMul in ONNX's own operators. */
function plainProduct({ inputs, attrs }: Node, e: Emitter): string {
  const [a, b] = [inputs[0]!, inputs[1]!].map((x, i) => {
    if (!attrs[i === 0 ? "transposeA" : "transposeB"]) return e.name(x);
    const axes = x.shape.map((_, axis) => axis);
    const perm = [...axes.slice(0, -2), ...axes.slice(-2).reverse()];
    return e.op("Transpose", [e.name(x)], { perm });
  }) as [string, string];
  const product = e.op("MatMul", [a, b]);
  const alpha = (attrs["alpha"] as number | undefined) ?? 1;
  return alpha === 1 ? product : e.op("Mul", [product, e.scalar(alpha, "float32")]);
}
