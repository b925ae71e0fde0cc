import { elements } from "../arrays.js";
import { type Graph, liveNodes, type Node, type Source } from "../graph/graph.js";
import type { Spec } from "../types.js";
import { forms } from "./forms.js";
import { modelProto, type OnnxNode } from "./model.js";
import { emitWatch, watchSpec } from "./watch.js";
import { packable, weightName } from "./weights.js";
import { Emitter, inputName } from "./writer.js";

export interface OnnxProgram {
  readonly model: Uint8Array;
  /** The program's values that the graph still needs after dead code is gone. */
  readonly inputs: ReadonlyArray<{ source: Source; name: string; spec: Spec }>;
  /** What is an initializer: constants, as they are or with a margin, handed over once, when the session is made. */
  readonly weights: readonly Node[];
  readonly outputs: Readonly<Record<string, Spec>>;
  /** The nodes that the extra output `watchName` tells of, in the order in which they are computed. */
  readonly watched: readonly Node[];
}

/**
 * Says a graph in ONNX, without the operators that are `lacking`. With `packWeights`, frozen matrices are part of the
 * model and not fed to it.
 */
export function emitOnnx(
  graph: Graph,
  {
    packWeights = false,
    checkNaN = false,
    lacking,
  }: { packWeights?: boolean; checkNaN?: boolean; lacking?: ReadonlySet<string> | undefined } = {},
): OnnxProgram {
  const emitter = new Emitter(lacking);
  const live = liveNodes(graph);
  const packed = packWeights ? packable(live) : new Set<Node>();
  for (const node of live) {
    emitter.bind(node, packed.has(node) ? weightName(node) : forms[node.op](node, emitter));
  }
  for (const node of packed) {
    emitter.initializer(weightName(node), { type: node.dtype, shape: node.shape });
  }
  const watched = checkNaN ? live.filter(isWatched) : [];
  if (watched.length > 0) emitWatch(watched, emitter);
  const nodes = needed(named(graph, emitter), [
    ...Object.keys(graph.outputs),
    ...watchSpec(watched).map(([name]) => name),
  ]);
  const read = new Set(live.filter((node) => !packed.has(node)).flatMap((node) => node.inputs));
  for (const node of Object.values(graph.outputs)) read.add(node);
  const inputs = live
    .filter((node) => node.op === "input" && !packed.has(node) && read.has(node))
    .map((node) => ({
      source: node.attrs["source"] as Source,
      name: node.attrs["name"] as string,
      spec: { dtype: node.dtype, shape: node.shape },
    }));
  const outputs = Object.fromEntries(
    Object.entries(graph.outputs).map(([name, { dtype, shape }]) => [name, { dtype, shape }]),
  );
  const model = modelProto({
    nodes,
    initializers: [...emitter.initializers.values()],
    inputs: inputs.map(({ source, name, spec }) => [inputName(source, name), spec] as const),
    outputs: [...Object.entries(outputs), ...watchSpec(watched)],
  });
  return { model, inputs, weights: [...packed], outputs, watched };
}

/**
 * The emitted nodes, where what an operator computes for an output bears the output's name: so it is written where
 * the output goes. Leaves, and results that are two outputs, are copied.
 */
function named(graph: Graph, emitter: Emitter): OnnxNode[] {
  const computed = new Set(emitter.nodes.flatMap((node) => node.outputs));
  const names = new Map<string, string>();
  const copies: OnnxNode[] = [];
  for (const [name, node] of Object.entries(graph.outputs)) {
    const value = emitter.name(node);
    if (computed.has(value) && !names.has(value)) names.set(value, name);
    else copies.push({ type: "Identity", inputs: [value], outputs: [name], attrs: {}, domain: "" });
  }
  const renamed = (values: readonly string[]) => values.map((value) => names.get(value) ?? value);
  return [...emitter.nodes, ...copies].map((node) => ({
    ...node,
    inputs: renamed(node.inputs),
    outputs: renamed(node.outputs),
  }));
}

/** The nodes that the outputs need: a form may have said what another node computes too, and that is left over. */
function needed(nodes: readonly OnnxNode[], outputs: readonly string[]): OnnxNode[] {
  const read = new Set(outputs);
  const kept: OnnxNode[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((value) => read.has(value))) continue;
    for (const value of node.inputs) read.add(value);
    kept.push(node);
  }
  return kept.reverse();
}

const isWatched = ({ dtype, shape }: Node): boolean => dtype === "float32" && elements(shape) > 0;
