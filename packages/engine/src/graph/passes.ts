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
    // uint8 → int32 → float32 loses nothing when done at once.
    if (x.op === "cast" && x.inputs[0]!.dtype === "uint8") {
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

/** A matmul times a literal scalar becomes the matmul's `alpha`. */
const foldScale: Rule = (node, inputs, builder) => {
  if (node.op !== "mul") return undefined;
  const [a, b] = inputs as [Node, Node];
  const [product, scale] = a.op === "matmul" ? [a, scalarOf(b)] : [b, scalarOf(a)];
  if (product.op !== "matmul" || product.inputs.length > 2 || scale === undefined) return undefined;
  if (!sameShape(product.shape, node.shape) || product.dtype !== "float32") return undefined;
  return builder.op("matmul", product.inputs, {
    ...product.attrs,
    alpha: scale * ((product.attrs["alpha"] as number | undefined) ?? 1),
  });
};

/** A two-dimensional matmul plus a row vector becomes one Gemm with a bias. */
const foldBias: Rule = (node, inputs, builder) => {
  if (node.op !== "add") return undefined;
  const [a, b] = inputs as [Node, Node];
  const [product, bias] = a.op === "matmul" ? [a, b] : [b, a];
  const fits =
    product.op === "matmul" &&
    product.inputs.length === 2 &&
    product.shape.length === 2 &&
    product.dtype === "float32" &&
    bias.shape.length === 1 &&
    bias.shape[0] === product.shape[1];
  return fits ? builder.op("matmul", [...product.inputs, bias], product.attrs) : undefined;
};

/** The passes in order. Dead code and common subexpressions go with every rewrite. */
export const optimise = (graph: Graph): Graph => {
  const simple = rewrite(graph, [simplifyViews, dropNeutral]);
  return rewrite(simple, [simplifyViews, dropNeutral, foldTransposes, foldScale, foldBias]);
};
