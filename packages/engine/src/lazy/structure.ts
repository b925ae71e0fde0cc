import { createHash } from "node:crypto";
import { elements } from "../arrays.js";
import { type Graph, liveNodes, type Node } from "../graph/graph.js";

/** What two graphs that compute the same have in common, and where they differ. */
export interface Structure {
  /** Equal for graphs that differ in the names of inputs and outputs alone. */
  readonly key: string;
  /** The names of the inputs, in an order that equal structures share. */
  readonly inputs: readonly string[];
}

const bytesOf = ({ data }: Node): Uint8Array =>
  data ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array();

/** Names a graph by its content: operators, attributes, shapes and literals, but not the inputs' values. */
export function structureOf(graph: Graph): Structure {
  const hash = createHash("sha256");
  const places = new Map<Node, number>();
  const inputs: string[] = [];
  for (const node of liveNodes(graph)) {
    const { op, dtype, shape, attrs } = node;
    const isInput = op === "input";
    if (isInput) inputs.push(attrs["name"] as string);
    const settings = isInput ? "" : Object.entries(attrs).join(";");
    const from = node.inputs.map((input) => places.get(input)).join();
    hash.update(`${op}(${from}) ${dtype}[${shape.join()}] ${settings}\n`);
    hash.update(bytesOf(node));
    places.set(node, places.size);
  }
  hash.update(
    Object.values(graph.outputs)
      .map((node) => places.get(node))
      .join(),
  );
  return { key: hash.digest("base64"), inputs };
}

/** Roughly how many operations a graph takes: products cost their inner size an element, all else one. */
export function operationsOf(graph: Graph): number {
  return liveNodes(graph).reduce((sum, { op, inputs, shape }) => {
    const inner = op === "matmul" ? Math.max(...inputs[0]!.shape.slice(-2)) : 1;
    return sum + elements(shape) * inner;
  }, 0);
}
