import * as tf from "@tensorflow/tfjs-core";
import { elements } from "../../arrays.js";
import type { GraphBuilder, Node } from "../../graph/graph.js";
import { cast } from "./kernel.js";

/** An operand whose axes are named by the numbers of the equation's labels. */
interface Labelled {
  readonly x: Node;
  readonly labels: readonly number[];
}

const reshape = (x: Node, shape: readonly number[], b: GraphBuilder): Node =>
  b.op("reshape", [x], { shape });

/** Axes in the order of `labels`, which must be those that there are. */
function ordered({ x, labels }: Labelled, wanted: readonly number[], b: GraphBuilder): Node {
  const perm = wanted.map((label) => labels.indexOf(label));
  return perm.every((p, i) => p === i) ? x : b.op("transpose", [x], { perm });
}

/** Sums over the axes whose labels nobody needs. */
function summed({ x, labels }: Labelled, needed: readonly number[], b: GraphBuilder): Labelled {
  const axes = [...labels.keys()].filter((i) => !needed.includes(labels[i]!));
  if (axes.length === 0) return { x, labels };
  const kept = labels.filter((label) => needed.includes(label));
  return { x: b.op("reduceSum", [x], { axes, keepDims: false }), labels: kept };
}

/** One matrix product: labels of both are batches if the result keeps them, else contracted. */
function product(one: Labelled, two: Labelled, output: readonly number[], b: GraphBuilder): Node {
  const [a, c] = [
    summed(one, [...output, ...two.labels], b),
    summed(two, [...output, ...one.labels], b),
  ];
  const shared = a.labels.filter((label) => c.labels.includes(label));
  const batch = shared.filter((label) => output.includes(label));
  const inner = shared.filter((label) => !output.includes(label));
  const rows = a.labels.filter((label) => !shared.includes(label));
  const columns = c.labels.filter((label) => !shared.includes(label));
  const sizes = new Map(
    [a, c].flatMap(({ x, labels }) => labels.map((label, i) => [label, x.shape[i]!] as const)),
  );
  const sizesOf = (labels: readonly number[]) => labels.map((label) => sizes.get(label)!);
  const stack = (x: Labelled, middle: readonly number[], last: readonly number[]): Node =>
    reshape(
      ordered(x, [...batch, ...middle, ...last], b),
      [...sizesOf(batch), elements(sizesOf(middle)), elements(sizesOf(last))],
      b,
    );
  const matrices = [stack(a, rows, inner), stack(c, inner, columns)];
  const result = b.op("matmul", matrices, { transposeA: false, transposeB: false });
  const labels = [...batch, ...rows, ...columns];
  return ordered({ x: reshape(result, sizesOf(labels), b), labels }, output, b);
}

/**
 * Einstein's summation over one or two operands, such as `bij,bjk->bik`. tfjs reads and checks the equation.
 * @see https://numpy.org/doc/stable/reference/generated/numpy.einsum.html
 */
export function einsum(equation: string, operands: readonly Node[], b: GraphBuilder): Node {
  const { decodeEinsumEquation, checkEinsumDimSizes } = tf.backend_util;
  const { allDims, summedDims, idDims } = decodeEinsumEquation(equation, operands.length);
  // tfjs's types want tensors; their shapes are all that is read.
  checkEinsumDimSizes(allDims.length, idDims, operands as unknown as tf.Tensor[]);
  // Labels are numbered with the result's first, in its order.
  const output = [...Array(allDims.length - summedDims.length).keys()];
  const isInteger = operands.every(({ dtype }) => dtype !== "float32");
  const [one, two] = operands.map((x, i) => ({ x: cast(x, "float32", b), labels: idDims[i]! }));
  if (!two) return ordered(summed({ ...one!, x: operands[0]! }, output, b), output, b);
  const result = product(one!, two, output, b);
  return isInteger ? cast(result, "int32", b) : result;
}
