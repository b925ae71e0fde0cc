import { elements } from "../arrays.js";
import { isConstant, type Node } from "../graph/graph.js";
import { ints } from "../graph/operators.js";
import { type OrtTensors, tensor } from "./held.js";
import { inputName } from "./writer.js";

/** A constant with zeros at the end of its axes. */
const isPadded = ({ op, dtype, shape, attrs, inputs }: Node): boolean =>
  op === "pad" &&
  dtype === "float32" &&
  shape.length <= 2 &&
  attrs["value"] === 0 &&
  ints(attrs, "before").every((n) => n === 0) &&
  isConstant(inputs[0]!);

/** Biases, norms and the like: a copy costs nothing, and feeding hundreds of them to every step does. */
const isSmall = (node: Node): boolean => isConstant(node) && elements(node.shape) <= 4096;

/**
 * Frozen matrices on the right of a matmul, which ONNX Runtime lays out for its kernels once, if it has them; and
 * constants that are small, or have a margin, which need not get it in every step.
 */
export function packable(live: readonly Node[]): Set<Node> {
  const right = new Set(live.filter(({ op }) => op === "matmul").map(({ inputs }) => inputs[1]));
  const isMatrix = (node: Node) => isConstant(node) && node.shape.length === 2 && right.has(node);
  return new Set(live.filter((node) => isMatrix(node) || isSmall(node) || isPadded(node)));
}

export const weightName = (node: Node): string =>
  node.op === "pad"
    ? `${weightName(node.inputs[0]!)} [${node.shape.join()}]`
    : inputName("constant", nameOf(node));

/** A buffer that gives its memory back at once, not when the collector next looks. */
type Resizable = ArrayBuffer & { resize(bytes: number): void };
const Resizable = ArrayBuffer as unknown as new (
  bytes: number,
  options: { maxByteLength: number },
) => Resizable;

/** The initializers of a program by name, for as long as `use` takes. */
export async function withWeights<T>(
  weights: readonly Node[],
  constant: (name: string) => OrtTensors[string],
  use: (tensors: OrtTensors) => Promise<T>,
): Promise<T> {
  const buffers: Resizable[] = [];
  const tensors = weights.map((node) => {
    if (node.op !== "pad") return [weightName(node), constant(nameOf(node))] as const;
    const bytes = 4 * elements(node.shape);
    const buffer = new Resizable(bytes, { maxByteLength: bytes });
    buffers.push(buffer);
    const data = new Float32Array(buffer);
    copyRows(constant(nameOf(node.inputs[0]!)).data as Float32Array, data, node);
    return [weightName(node), tensor(node, data)] as const;
  });
  try {
    return await use(Object.fromEntries(tensors));
  } finally {
    for (const buffer of buffers) buffer.resize(0);
  }
}

const nameOf = (leaf: Node): string => leaf.attrs["name"] as string;

function copyRows(from: Float32Array, to: Float32Array, { shape, inputs }: Node): void {
  const [width, own] = [shape.at(-1)!, inputs[0]!.shape.at(-1)!];
  for (let row = 0; row * own < from.length; row++) {
    to.set(from.subarray(row * own, (row + 1) * own), row * width);
  }
}
