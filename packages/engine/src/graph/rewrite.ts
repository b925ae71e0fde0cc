import { type Graph, GraphBuilder, liveNodes, type Node } from "./graph.js";

/**
 * One local improvement: given a node and its inputs already rewritten, the node to put in its place,
 * or undefined to keep the operator as it is.
 */
export type Rule = (node: Node, inputs: readonly Node[], builder: GraphBuilder) => Node | undefined;

/** Rebuilds a graph from its inputs up, offering every live node to the rules in turn. */
export function rewrite(graph: Graph, rules: readonly Rule[]): Graph {
  const builder = new GraphBuilder();
  const rebuilt = new Map<Node, Node>();
  for (const node of liveNodes(graph)) {
    const inputs = node.inputs.map((input) => rebuilt.get(input)!);
    rebuilt.set(node, replace(node, inputs, rules, builder));
  }
  const outputs = Object.entries(graph.outputs).map(([name, node]) => [name, rebuilt.get(node)!]);
  return { outputs: Object.fromEntries(outputs) };
}

function replace(
  node: Node,
  inputs: readonly Node[],
  rules: readonly Rule[],
  builder: GraphBuilder,
): Node {
  for (const rule of rules) {
    const better = rule(node, inputs, builder);
    if (better) return better;
  }
  if (node.op === "literal") return builder.literal(node.data!, node.shape, node.dtype);
  if (node.op === "input") {
    return builder.input(node.attrs["source"] as "input", node.attrs["name"] as string, node);
  }
  return builder.op(node.op, inputs, node.attrs);
}
