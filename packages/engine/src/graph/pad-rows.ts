import { type Graph, type GraphBuilder, isConstant, liveNodes, type Node } from "./graph.js";
import type { OpName } from "./operators.js";
import { type Rule, rewrite } from "./rewrite.js";

/** Floats in one line of the cache; rows that many longer begin in other sets of it. */
const margin = 16;

/**
 * Rows a multiple of 4096 bytes apart begin in the same set of the first-level cache. Matmul kernels read a dozen
 * rows of their left side at once, which then throw each other out.
 */
const collides = (x: Node): boolean =>
  x.dtype === "float32" &&
  x.shape.length >= 2 &&
  x.shape.at(-1)! > 0 &&
  x.shape.at(-1)! % 1024 === 0;

/** Finite where their inputs are zero, so that what stands in the margin does no harm. */
const pointwise: ReadonlySet<OpName> = new Set([
  "neg",
  "abs",
  "exp",
  "tanh",
  "sigmoid",
  "erf",
  "softplus",
  "relu",
  "gelu",
  "add",
  "sub",
  "mul",
  "max",
  "min",
]);

/** What is longer by a margin at next to no cost: constants once, thin matrices such as LoRA's in every step. */
const growsFreely = (x: Node): boolean =>
  x.shape.length === 1 || (x.shape.length === 2 && (isConstant(x) || Math.min(...x.shape) <= 64));

/** The axis of a matmul's right side that its result's columns come from; the other one is summed over. */
const columnAxis = (product: Node): number => (product.attrs["transposeB"] ? 0 : 1);

/**
 * Makes the rows between one matmul and the next, an MLP's hidden values and their gradients, longer by a line of the
 * cache: the weights before get columns of zeros, the weights after rows of zeros, and results stay as they are.
 */
export function padRows(graph: Graph): Graph {
  const padded = paddable(graph);
  return padded.size === 0 ? graph : rewrite(graph, [grow(padded)]);
}

/** The values that can have a margin: each comes from others that have it, or from matmuls, and goes to such alone. */
function paddable(graph: Graph): Set<Node> {
  const live = liveNodes(graph);
  const users = new Map<Node, Node[]>(live.map((node) => [node, []]));
  for (const node of live) for (const input of node.inputs) users.get(input)!.push(node);
  const outputs = new Set(Object.values(graph.outputs));
  const chosen = new Set(
    live.filter((x) => collides(x) && !outputs.has(x) && (isProduct(x) || isPointwise(x))),
  );
  const fits = (x: Node): boolean =>
    comesPadded(x, chosen) && users.get(x)!.every((user) => takesPadded(user, x, chosen));
  for (let before = -1; before !== chosen.size; ) {
    before = chosen.size;
    for (const x of chosen) if (!fits(x)) chosen.delete(x);
  }
  return chosen;
}

const isProduct = (x: Node): boolean => x.op === "matmul" && x.shape.length === 2;
const isPointwise = (x: Node): boolean => x.op === "reshape" || pointwise.has(x.op);

function comesPadded(x: Node, chosen: ReadonlySet<Node>): boolean {
  const width = x.shape.at(-1)!;
  const [a, b, c] = x.inputs as [Node, Node, Node?];
  if (x.op === "matmul") {
    const isRow = c?.shape.length === 1 && c.shape[0] === width;
    return growsFreely(b) && !chosen.has(b) && (!c || isRow || chosen.has(c));
  }
  if (x.op === "reshape") return chosen.has(a) && a.shape.at(-1) === width;
  return x.inputs.every((y) => {
    const last = y.shape.at(-1) ?? 1;
    return last === 1 || chosen.has(y) || (y.shape.length === 1 && last === width);
  });
}

/** Where `x` is summed over, the other side must get zeros; where it is not, the result is cut, which must be thin. */
function takesPadded(user: Node, x: Node, chosen: ReadonlySet<Node>): boolean {
  if (!isProduct(user)) return chosen.has(user);
  const [a, b, c] = user.inputs as [Node, Node, Node?];
  if (c === x && (a === x || b === x || !chosen.has(user))) return false;
  if (a === b) return false;
  const isThin = !c && !chosen.has(user) && Math.min(...user.shape) <= 64;
  if (a === x) return user.attrs["transposeA"] ? isThin : growsFreely(b);
  if (b === x) return !user.attrs["transposeB"] && isThin;
  return true;
}

const grow =
  (padded: ReadonlySet<Node>): Rule =>
  (node, inputs, builder) => {
    const isPadded = padded.has(node);
    if (node.op === "matmul") {
      if (!isPadded && !node.inputs.some((x) => padded.has(x))) return undefined;
      return product(node, inputs, { padded, builder });
    }
    if (!isPadded) return undefined;
    const width = node.shape.at(-1)!;
    if (node.op === "reshape") {
      return builder.op("reshape", inputs, { shape: [...node.shape.slice(0, -1), width + margin] });
    }
    const grown = inputs.map((x, i) => {
      const isRow = !padded.has(node.inputs[i]!) && x.shape.at(-1) === width;
      return isRow ? longer(x, [0], builder) : x;
    });
    return builder.op(node.op, grown, node.attrs);
  };

interface Growth {
  readonly padded: ReadonlySet<Node>;
  readonly builder: GraphBuilder;
}

function product(node: Node, inputs: readonly Node[], { padded, builder }: Growth): Node {
  const [a, b, c] = inputs as [Node, Node, Node?];
  const [oldA, oldB, oldC] = node.inputs as [Node, Node, Node?];
  const columns = columnAxis(node);
  const axes: number[] = [];
  if (padded.has(node)) axes.push(columns);
  if (padded.has(oldA) && !node.attrs["transposeA"]) axes.push(1 - columns);
  const added = c && padded.has(node) && !padded.has(oldC!) ? longer(c, [0], builder) : c;
  const operands = [a, longer(b, axes, builder), ...(added ? [added] : [])];
  const result = builder.op("matmul", operands, node.attrs);
  const isCut = (padded.has(oldA) && node.attrs["transposeA"]) || padded.has(oldB);
  if (!isCut) return result;
  return builder.op("slice", [result], { begin: [0, 0], end: node.shape, strides: [1, 1] });
}

/** `x` with a margin of zeros at the end of some axes. */
function longer(x: Node, axes: readonly number[], builder: GraphBuilder): Node {
  if (axes.length === 0) return x;
  const after = x.shape.map((_, i) => (axes.includes(i) ? margin : 0));
  return builder.op("pad", [x], { before: x.shape.map(() => 0), after, value: 0 });
}
