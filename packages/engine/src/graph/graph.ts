import type { DType, Spec } from "../types.js";
import { type Attributes, inferSpec, type OpName } from "./operators.js";

/** Where a leaf's value comes from when the program runs. */
export type Source = "constant" | "state" | "input";

/** One value: the result of a primitive operator, or a leaf (`input` or `literal`). Shapes are static. */
export interface Node extends Spec {
  readonly id: number;
  readonly op: OpName;
  readonly inputs: readonly Node[];
  readonly attrs: Attributes;
  /** The elements of a `literal`. */
  readonly data?: Float32Array | Int32Array | Uint8Array;
}

/** A frozen array, as the program is given it. */
export const isConstant = ({ op, attrs }: Node): boolean =>
  op === "input" && attrs["source"] === "constant";

export interface Graph {
  readonly outputs: Readonly<Record<string, Node>>;
}

const none: Attributes = {};

/** Attributes as text. A node's are handed on from pass to pass, so each is written out once. */
const texts = new WeakMap<Attributes, string>();

function textOf(attrs: Attributes): string {
  let text = texts.get(attrs);
  if (text === undefined) {
    // Not JSON, which writes every infinity and NaN as null.
    text = Object.entries(attrs)
      .map(([name, value]) => `${name}=${value}`)
      .join("; ");
    texts.set(attrs, text);
  }
  return text;
}

function keyOf(op: OpName, inputs: readonly Node[], attrs: Attributes): string {
  let key: string = op;
  for (const { id } of inputs) key += `,${id}`;
  return `${key} ${textOf(attrs)}`;
}

/**
 * Makes nodes; equal operators on equal inputs are one node, so common subexpressions never come to be.
 * Literals are shared by content.
 */
export class GraphBuilder {
  #nodes = new Map<string, Node>();
  #count = 0;

  op(op: OpName, inputs: readonly Node[], attrs: Attributes = none): Node {
    return this.#once(keyOf(op, inputs, attrs), () => ({
      op,
      inputs,
      attrs,
      ...inferSpec(op, inputs, attrs),
    }));
  }

  /** The operator of `node` on other inputs of the same types and shapes. */
  on(node: Node, inputs: readonly Node[]): Node {
    const { op, attrs, dtype, shape } = node;
    return this.#once(keyOf(op, inputs, attrs), () => ({ op, inputs, attrs, dtype, shape }));
  }

  input(source: Source, name: string, spec: Spec): Node {
    const { dtype, shape } = spec;
    return this.#once(`input ${source} ${name}`, () => ({
      op: "input",
      inputs: [],
      attrs: { source, name },
      dtype,
      shape,
    }));
  }

  literal(
    data: Float32Array | Int32Array | Uint8Array,
    shape: readonly number[],
    dtype: DType,
  ): Node {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    return this.#once(`literal ${dtype} ${shape.join()} ${bytes.toString("latin1")}`, () => ({
      op: "literal",
      inputs: [],
      attrs: {},
      dtype,
      shape,
      data,
    }));
  }

  /** A scalar literal. */
  scalar(value: number, dtype: DType = "float32"): Node {
    const kind = dtype === "float32" ? Float32Array : dtype === "int32" ? Int32Array : Uint8Array;
    return this.literal(kind.of(value), [], dtype);
  }

  #once(key: string, make: () => Omit<Node, "id">): Node {
    let node = this.#nodes.get(key);
    if (!node) {
      node = { id: this.#count++, ...make() };
      this.#nodes.set(key, node);
    }
    return node;
  }
}

/** The nodes that the outputs need, inputs before users; what is not listed is dead. */
export function liveNodes(graph: Graph): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  // An explicit stack: a training step is thousands of nodes deep.
  const stack: Array<{ node: Node; next: number }> = [];
  const visit = (node: Node) => {
    if (!seen.has(node)) {
      seen.add(node);
      stack.push({ node, next: 0 });
    }
  };
  for (const output of Object.values(graph.outputs)) {
    visit(output);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const input = top.node.inputs[top.next++];
      if (input) visit(input);
      else order.push(stack.pop()!.node);
    }
  }
  return order;
}
