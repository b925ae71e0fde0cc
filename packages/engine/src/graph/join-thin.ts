import { type Graph, GraphBuilder, liveNodes, type Node } from "./graph.js";
import { copy } from "./rewrite.js";

/** Rows or columns up to which a product costs what reading its other side costs, and no more. */
const thin = 64;
/** Rows of the other side from which on that is worth a node. */
const tall = 128;

/**
 * Thin products that read the same matrix are computed as one. In the backward pass of LoRA on q, k and v the three
 * gradients of A are `tᵢᵀ x` of one x, and what their layers add to the gradient of x is `t₁ A₁ + t₂ A₂ + t₃ A₃`: with
 * the t side by side, and the A under one another, each is one product that reads x, or writes its gradient, once.
 */
export function joinThin(graph: Graph): Graph {
  const live = liveNodes(graph);
  const users = usersOf(live, graph);
  const siblings = siblingsOf(live);
  const chains = chainsOf(live, users);
  if (siblings.size + chains.size === 0) return graph;
  const builder = new GraphBuilder();
  const rebuilt = new Map<Node, Node>();
  const now = (node: Node): Node => rebuilt.get(node)!;
  // What a group reads comes before the first of it.
  const read = [...siblings.values()].flatMap((group) => group.flatMap(({ inputs }) => inputs));
  const roots = { ...Object.fromEntries(read.entries()), ...graph.outputs };
  for (const node of liveNodes({ outputs: roots })) {
    const group = siblings.get(node);
    const chain = chains.get(node);
    const made = group
      ? part(group, node, now, builder)
      : chain
        ? sum(chain, now, builder)
        : copy(node, node.inputs.map(now), builder);
    rebuilt.set(node, made);
  }
  const outputs = Object.entries(graph.outputs).map(([name, node]) => [name, now(node)]);
  return { outputs: Object.fromEntries(outputs) };
}

type Users = ReadonlyMap<Node, readonly (Node | undefined)[]>;

/** Who reads each node; undefined stands for the graph's outputs. */
function usersOf(live: readonly Node[], graph: Graph): Users {
  const users = new Map<Node, (Node | undefined)[]>(live.map((node) => [node, []]));
  for (const node of live) for (const input of node.inputs) users.get(input)!.push(node);
  for (const node of Object.values(graph.outputs)) users.get(node)!.push(undefined);
  return users;
}

const isFlat = ({ op, shape, dtype }: Node): boolean =>
  op === "matmul" && shape.length === 2 && dtype === "float32";
const attrsKey = ({ attrs }: Node): string =>
  `${Boolean(attrs["transposeA"])} ${Boolean(attrs["transposeB"])} ${attrs["alpha"] ?? 1}`;
const sorted = (nodes: readonly Node[]): Node[] =>
  [...nodes].sort((a, b) => a.inputs[0]!.id - b.inputs[0]!.id);

/** `tᵀ x` with `[N, thin]` t: each with all that have the same x. */
function siblingsOf(live: readonly Node[]): Map<Node, Node[]> {
  const groups = new Map<string, Node[]>();
  for (const node of live) {
    const [t, x] = node.inputs;
    const fits =
      isFlat(node) &&
      node.inputs.length === 2 &&
      node.attrs["transposeA"] === true &&
      t!.shape[1]! <= thin &&
      t!.shape[0]! >= tall &&
      t !== x;
    if (!fits) continue;
    const key = `${x!.id} ${attrsKey(node)}`;
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  const wanted = [...groups.values()].filter((group) => group.length > 1);
  // None may be computed from one of another group or of its own.
  const read = wanted.flatMap((group) => group.flatMap(({ inputs }) => inputs));
  const below = new Set(liveNodes({ outputs: Object.fromEntries(read.entries()) }));
  const free = wanted.filter((group) => !group.some((node) => below.has(node)));
  return new Map(free.flatMap((group) => group.map((node) => [node, sorted(group)])));
}

/** The rows of the joined product that are `node`. */
function part(
  group: readonly Node[],
  node: Node,
  now: (node: Node) => Node,
  builder: GraphBuilder,
): Node {
  const lefts = group.map(({ inputs }) => now(inputs[0]!));
  const joined = builder.op("concat", lefts, { axis: 1 });
  const product = builder.op("matmul", [joined, now(node.inputs[1]!)], node.attrs);
  const before = group.slice(0, group.indexOf(node));
  const start = before.reduce((rows, { shape }) => rows + shape[0]!, 0);
  const [rows, columns] = node.shape as [number, number];
  return builder.op("slice", [product], {
    begin: [start, 0],
    end: [start + rows, columns],
    strides: [1, 1],
  });
}

/** A sum of products, each the third input of the next: the terms from the outermost in, and what they end on. */
interface Chain {
  readonly terms: readonly Node[];
  readonly base: Node | undefined;
}

const isThinTerm = (node: Node): boolean =>
  node.attrs["transposeA"] !== true &&
  node.inputs[0]!.shape[1]! <= thin &&
  node.inputs[0]!.shape[0]! >= tall;

/** The outermost product of each sum that has several thin terms. */
function chainsOf(live: readonly Node[], users: Users): Map<Node, Chain> {
  const isInner = (node: Node): boolean => {
    const [user, ...others] = users.get(node)!;
    return (
      others.length === 0 &&
      user !== undefined &&
      isFlat(node) &&
      isFlat(user) &&
      user.inputs[2] === node &&
      user.inputs[0] !== node &&
      user.inputs[1] !== node
    );
  };
  const chains = new Map<Node, Chain>();
  for (const head of live) {
    if (!isFlat(head) || isInner(head)) continue;
    const terms = [head];
    let base = head.inputs[2];
    while (base && isInner(base)) {
      terms.push(base);
      base = base.inputs[2];
    }
    const counts = new Map<string, number>();
    for (const term of terms.filter(isThinTerm)) {
      const key = attrsKey(term);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    if (Math.max(0, ...counts.values()) > 1) chains.set(head, { terms, base });
  }
  return chains;
}

/** The sum again: first the wide terms, as they came, then the thin ones of equal attributes as one. */
function sum({ terms, base }: Chain, now: (node: Node) => Node, builder: GraphBuilder): Node {
  const groups = new Map<string, Node[]>();
  for (const term of terms.toReversed()) {
    const key = isThinTerm(term) ? attrsKey(term) : `wide ${term.id}`;
    groups.set(key, [...(groups.get(key) ?? []), term]);
  }
  const wideFirst = [...groups.values()].sort(
    ([a], [b]) => Number(isThinTerm(a!)) - Number(isThinTerm(b!)),
  );
  let total = base && now(base);
  for (const group of wideFirst) {
    const { attrs } = group[0]!;
    const [lefts, rights] = [0, 1].map((side) => sorted(group).map((x) => now(x.inputs[side]!)));
    const left = builder.op("concat", lefts!, { axis: 1 });
    const right = builder.op("concat", rights!, { axis: attrs["transposeB"] ? 1 : 0 });
    const operands =
      group.length > 1 ? [left, right] : [now(group[0]!.inputs[0]!), now(group[0]!.inputs[1]!)];
    total = builder.op("matmul", total ? [...operands, total] : operands, attrs);
  }
  return total!;
}
