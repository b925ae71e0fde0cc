import type { Graph, Node } from "./graph.js";
import { ints } from "./operators.js";
import { type Rule, rewrite } from "./rewrite.js";

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i]);

/** The value of a literal that holds one number, else undefined. */
const scalarOf = (node: Node | undefined): number | undefined =>
  node?.op === "literal" && node.data!.length === 1 ? node.data![0] : undefined;

/** Views of views: reshapes, casts and broadcasts that change nothing, chains that collapse to one. */
const simplifyViews: Rule = (node, [x], builder) => {
  if (!x) return undefined;
  if (node.op === "identity") return x;
  if (node.op === "reshape") {
    if (sameShape(x.shape, node.shape)) return x;
    if (x.op === "reshape") return builder.op("reshape", [x.inputs[0]!], node.attrs);
  }
  if (node.op === "broadcastTo" && sameShape(x.shape, node.shape)) return x;
  if (node.op === "tile" && ints(node.attrs, "reps").every((r) => r === 1)) return x;
  if (node.op === "transpose" && ints(node.attrs, "perm").every((p, i) => p === i)) return x;
  if (node.op === "cast") {
    if (x.dtype === node.dtype) return x;
    // uint8 → int32 → float32 loses nothing when done at once; by way of bool it would.
    if (x.op === "cast" && x.dtype === "int32" && x.inputs[0]!.dtype === "uint8") {
      return builder.op("cast", [x.inputs[0]!], node.attrs);
    }
  }
  return undefined;
};

/** x·1, x/1, x+0, x−0 are x, where broadcasting does not grow it. */
const dropNeutral: Rule = (node, [a, b]) => {
  if (!a || !b) return undefined;
  const keeps = (x: Node) => sameShape(x.shape, node.shape);
  if (node.op === "mul" || node.op === "div") {
    if (scalarOf(b) === 1 && keeps(a)) return a;
    if (node.op === "mul" && scalarOf(a) === 1 && keeps(b)) return b;
  }
  if (node.op === "add" || node.op === "sub") {
    if (scalarOf(b) === 0 && keeps(a)) return a;
    if (node.op === "add" && scalarOf(a) === 0 && keeps(b)) return b;
  }
  return undefined;
};

const swapsLastTwo = (perm: readonly number[]): boolean => {
  const rank = perm.length;
  return (
    rank >= 2 &&
    perm.every((p, i) => p === (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i))
  );
};

/** A transpose of the last two axes that feeds a matmul becomes the matmul's own flag. */
const foldTransposes: Rule = (node, inputs, builder) => {
  if (node.op !== "matmul") return undefined;
  const [a, b] = inputs as [Node, Node];
  const folds = (x: Node) => x.op === "transpose" && swapsLastTwo(ints(x.attrs, "perm"));
  if (!folds(a) && !folds(b)) return undefined;
  return builder.op(
    "matmul",
    [folds(a) ? a.inputs[0]! : a, folds(b) ? b.inputs[0]! : b, ...inputs.slice(2)],
    {
      ...node.attrs,
      transposeA: Boolean(node.attrs["transposeA"]) !== folds(a),
      transposeB: Boolean(node.attrs["transposeB"]) !== folds(b),
    },
  );
};

/** The input that is a matmul, with its place and its partner's; the first when both are. */
function productOf(
  inputs: readonly Node[],
): { product: Node; at: number; other: Node } | undefined {
  const at = inputs.findIndex((input) => input.op === "matmul");
  return at < 0 ? undefined : { product: inputs[at]!, at, other: inputs[1 - at]! };
}

/** A matmul times a literal scalar becomes the matmul's `alpha`. */
const foldScale: Rule = (node, inputs, builder, usedOnce) => {
  const found = node.op === "mul" ? productOf(inputs) : undefined;
  if (!found || !usedOnce(found.at)) return undefined;
  const { product, other } = found;
  const scale = scalarOf(other);
  if (scale === undefined || product.inputs.length > 2 || product.dtype !== "float32")
    return undefined;
  if (!sameShape(product.shape, node.shape)) return undefined;
  const alpha = scale * ((product.attrs["alpha"] as number | undefined) ?? 1);
  return builder.op("matmul", product.inputs, { ...product.attrs, alpha });
};

/**
 * A two-dimensional matmul plus a row vector, or plus a matrix of its own shape, becomes one Gemm that
 * adds as it goes: biases, LoRA's low-rank term and sums of gradients cost no pass of their own.
 */
const foldSum: Rule = (node, inputs, builder, usedOnce) => {
  if (node.op !== "add" || node.dtype !== "float32" || node.shape.length !== 2) return undefined;
  const foldable = (at: number): boolean => {
    const [product, other] = [inputs[at]!, inputs[1 - at]!];
    const isPlain = product.op === "matmul" && product.inputs.length === 2 && usedOnce(at);
    const isRow = other.shape.length === 1 && other.shape[0] === product.shape[1];
    return isPlain && (isRow || sameShape(other.shape, product.shape));
  };
  const at = foldable(0) ? 0 : foldable(1) ? 1 : undefined;
  if (at === undefined) return undefined;
  const product = inputs[at]!;
  return builder.op("matmul", [...product.inputs, inputs[1 - at]!], product.attrs);
};

/**
 * (reshape of a matmul) + x becomes a reshape of (matmul + x): layers flatten their rows for the matmul,
 * and the sum must meet it there for `foldSum` to see it.
 */
const sumBeforeReshape: Rule = (node, inputs, builder, usedOnce) => {
  if (node.op !== "add" || node.shape.length <= 2) return undefined;
  const at = inputs.findIndex(
    (input, i) =>
      input.op === "reshape" &&
      input.inputs[0]!.op === "matmul" &&
      input.inputs[0]!.shape.length === 2 &&
      usedOnce(i) &&
      sameShape(input.shape, inputs[1 - i]!.shape),
  );
  if (at < 0) return undefined;
  const { shape } = inputs[at]!.inputs[0]!;
  const product = inputs[at]!.inputs[0]!;
  const other = builder.op("reshape", [inputs[1 - at]!], { shape });
  return builder.op("reshape", [builder.op("add", [product, other])], { shape: node.shape });
};

/** The passes in order. Dead code and common subexpressions go with every rewrite. */
export const optimise = (graph: Graph): Graph => {
  const simple = rewrite(graph, [simplifyViews, dropNeutral]);
  const scaled = rewrite(simple, [simplifyViews, dropNeutral, foldTransposes, foldScale]);
  const flat = rewrite(scaled, [sumBeforeReshape]);
  return rewrite(rewrite(flat, [simplifyViews]), [foldSum]);
};
