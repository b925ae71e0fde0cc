import { type Graph, GraphBuilder, liveNodes, type Node } from "./graph.js";

/**
 * One local improvement: given a node and its inputs already rewritten, the node to put in its place, which must
 * be of the same type and shape where its users stay as they are; or undefined to keep the operator. `uses` counts
 * the users of `node`, of its inputs and of theirs as they were before: what has one user can be absorbed without
 * computing it twice.
 */
export type Rule = (
  node: Node,
  inputs: readonly Node[],
  builder: GraphBuilder,
  uses: (old: Node) => number,
) => Node | undefined;

/** Rebuilds a graph from its inputs up, offering every live node to the rules in turn. */
export function rewrite(graph: Graph, rules: readonly Rule[]): Graph {
  const builder = new GraphBuilder();
  const rebuilt = new Map<Node, Node>();
  const live = liveNodes(graph);
  const counts = countUses(graph, live);
  const uses = (old: Node): number => counts.get(old) ?? 0;
  const replace = (node: Node, inputs: readonly Node[]): Node => {
    for (const rule of rules) {
      const better = rule(node, inputs, builder, uses);
      if (better) return better;
    }
    return copy(node, inputs, builder);
  };
  for (const node of live) {
    const inputs = node.inputs.map((input) => rebuilt.get(input)!);
    rebuilt.set(node, replace(node, inputs));
  }
  const outputs = Object.entries(graph.outputs).map(([name, node]) => [name, rebuilt.get(node)!]);
  return { outputs: Object.fromEntries(outputs) };
}

function countUses(graph: Graph, live: readonly Node[]): Map<Node, number> {
  const uses = new Map<Node, number>();
  const use = (node: Node) => void uses.set(node, (uses.get(node) ?? 0) + 1);
  for (const node of live) node.inputs.forEach(use);
  Object.values(graph.outputs).forEach(use);
  return uses;
}

/** `node` in another graph. */
export function copy(node: Node, inputs: readonly Node[], builder: GraphBuilder): Node {
  if (node.op === "literal") return builder.literal(node.data!, node.shape, node.dtype);
  if (node.op === "input") {
    return builder.input(node.attrs["source"] as "input", node.attrs["name"] as string, node);
  }
  return builder.on(node, inputs);
}
