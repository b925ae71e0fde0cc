import { type Graph, GraphBuilder, liveNodes, type Node } from "./graph.js";

/**
 * One local improvement: given a node and its inputs already rewritten, the node to put in its place,
 * or undefined to keep the operator as it is. `usedOnce(i)` says whether input `i` has no other user,
 * so that absorbing it does not compute it twice.
 */
export type Rule = (
  node: Node,
  inputs: readonly Node[],
  builder: GraphBuilder,
  usedOnce: (input: number) => boolean,
) => Node | undefined;

/** Rebuilds a graph from its inputs up, offering every live node to the rules in turn. */
export function rewrite(graph: Graph, rules: readonly Rule[]): Graph {
  const builder = new GraphBuilder();
  const rebuilt = new Map<Node, Node>();
  const live = liveNodes(graph);
  const uses = countUses(graph, live);
  const replace = (node: Node, inputs: readonly Node[]): Node => {
    const usedOnce = (input: number) => uses.get(node.inputs[input]!) === 1;
    for (const rule of rules) {
      const better = rule(node, inputs, builder, usedOnce);
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
  const used = [...live.flatMap((node) => node.inputs), ...Object.values(graph.outputs)];
  for (const node of used) uses.set(node, (uses.get(node) ?? 0) + 1);
  return uses;
}

function copy(node: Node, inputs: readonly Node[], builder: GraphBuilder): Node {
  if (node.op === "literal") return builder.literal(node.data!, node.shape, node.dtype);
  if (node.op === "input") {
    return builder.input(node.attrs["source"] as "input", node.attrs["name"] as string, node);
  }
  return builder.op(node.op, inputs, node.attrs);
}
