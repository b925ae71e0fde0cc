import { type Graph, liveNodes, type Node } from "../graph/graph.js";
import type { OpName } from "../graph/operators.js";
import type { Spec } from "../types.js";

/**
 * How a float32 value of a program may be kept when matrix products are to be fast:
 * - `low`: in bfloat16, as activations and frozen matrices are;
 * - `plain`: in float32, products of it in the precision asked for: sums, statistics, parameters, their gradients;
 * - `exact`: in float32, products of it too: everything computed from what `fullPrecision` returned.
 */
export type Kind = "low" | "plain" | "exact";

/** Operators that place elements and compute nothing; the first input says how they are kept. */
export const moves: ReadonlySet<OpName> = new Set<OpName>([
  ...(["reshape", "broadcastTo", "transpose", "tile", "concat", "slice"] as const),
  ...(["reverse", "pad", "gather", "identity", "after"] as const),
]);

/** Operators of several operands, element by element. */
export const arithmetic: ReadonlySet<OpName> = new Set<OpName>([
  ...(["add", "sub", "mul", "div", "max", "min", "select"] as const),
]);

/** Operators whose result is about as large as their input, or that add no error of their own to its rounding. */
const smooth: ReadonlySet<OpName> = new Set<OpName>([
  ...(["neg", "abs", "sigmoid", "tanh", "relu", "erf", "gelu", "softmax", "layerNorm"] as const),
]);

/** Frozen matrices are kept in bfloat16; vectors are small, and norms and biases are made of them. */
export const isFrozenMatrix = (source: unknown, { dtype, shape }: Spec): boolean =>
  source === "constant" && dtype === "float32" && shape.length >= 2;

const floats = (node: Node): readonly Node[] => node.inputs.filter((x) => x.dtype === "float32");

/** The nodes that are trained or frozen matrices, seen through what only places or scales them. */
function parametersAmong(nodes: readonly Node[]): ReadonlySet<Node> {
  const found = new Set<Node>();
  const isScale = (x: Node) => x.op === "literal" || x.shape.length === 0;
  for (const node of nodes) {
    const { op, attrs, shape } = node;
    if (node.dtype !== "float32") continue;
    if (op === "input") {
      if (attrs["source"] !== "input" && shape.length >= 2) found.add(node);
    } else if (moves.has(op) || arithmetic.has(op)) {
      const inputs = floats(node);
      const isOnlyThose = inputs.every((x) => found.has(x) || isScale(x));
      if (isOnlyThose && inputs.some((x) => found.has(x))) found.add(node);
    }
  }
  return found;
}

/** Whether the gradient rule made this product of two activations: one matrix, summed over the batch. */
const isParameterGradient = (node: Node): boolean => node.shape.length === 2;

/**
 * Decides how each float32 value of a graph is kept. What a product of activations and parameters gives is low, and
 * so is what is computed from it element by element; sums are not, nor what is small beside the value it works on.
 */
export function kindsOf(graph: Graph): ReadonlyMap<Node, Kind> {
  const nodes = liveNodes(graph);
  const parameters = parametersAmong(nodes);
  const kinds = new Map<Node, Kind>();
  const kindOf = (x: Node): Kind => kinds.get(x) ?? "plain";
  const anyExact = (node: Node): Kind =>
    node.inputs.some((x) => kindOf(x) === "exact") ? "exact" : "plain";
  const fullSize = (node: Node) => (x: Node) =>
    x.dtype === "float32" && x.shape.length === node.shape.length && sameSize(x, node);

  const product = (node: Node): Kind => {
    const [a, b] = node.inputs as [Node, Node];
    if (kindOf(a) === "exact" && kindOf(b) === "exact") return "exact";
    const [isA, isB] = [parameters.has(a), parameters.has(b)];
    if (isA && isB) return "plain";
    if (isA || isB) return "low";
    const isLow = kindOf(a) === "low" || kindOf(b) === "low";
    return isLow && !isParameterGradient(node) ? "low" : "plain";
  };
  const decide = (node: Node): Kind => {
    const { op, inputs, attrs } = node;
    if (op === "input") return isFrozenMatrix(attrs["source"], node) ? "low" : "plain";
    if (op === "fullPrecision") return "exact";
    if (op === "matmul") return product(node);
    if (smooth.has(op)) return kindOf(inputs[0]!);
    if (moves.has(op)) {
      const isLow = op === "concat" ? inputs.some((x) => kindOf(x) === "low") : false;
      return isLow ? "low" : kindOf(inputs[0]!);
    }
    if (arithmetic.has(op)) {
      const isLow = inputs.some((x) => kindOf(x) === "low" && fullSize(node)(x));
      return isLow ? "low" : anyExact(node);
    }
    return anyExact(node);
  };
  for (const node of nodes) if (node.dtype === "float32") kinds.set(node, decide(node));
  return kinds;
}

const sameSize = (a: Node, b: Node): boolean => a.shape.every((d, i) => d === b.shape[i]);
