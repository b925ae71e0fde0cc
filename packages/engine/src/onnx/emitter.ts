import { elements } from "../arrays.js";
import { type Graph, liveNodes, type Node, type Source } from "../graph/graph.js";
import type { Spec } from "../types.js";
import { forms } from "./forms.js";
import { modelProto } from "./model.js";
import { emitWatch, watchSpec } from "./watch.js";
import { Emitter, inputName } from "./writer.js";

export interface OnnxProgram {
  readonly model: Uint8Array;
  /** The program's values that the graph still needs after dead code is gone. */
  readonly inputs: ReadonlyArray<{ source: Source; name: string; spec: Spec }>;
  /** Names of the constants that are initializers: handed over once, when the session is made. */
  readonly weights: readonly string[];
  readonly outputs: Readonly<Record<string, Spec>>;
  /** The nodes that the extra output `watchName` tells of, in the order in which they are computed. */
  readonly watched: readonly Node[];
}

/** Says a graph in ONNX. With `packWeights`, frozen matrices are part of the model and not fed to it. */
export function emitOnnx(
  graph: Graph,
  { packWeights = false, checkNaN = false } = {},
): OnnxProgram {
  const emitter = new Emitter();
  const live = liveNodes(graph);
  const leaves = live.filter((node) => node.op === "input");
  const packed = new Set(packWeights ? leaves.filter((leaf) => isWeight(leaf, live)) : []);
  for (const node of live) emitter.bind(node, forms[node.op](node, emitter));
  for (const { attrs, dtype, shape } of packed) {
    emitter.initializer(inputName("constant", attrs["name"] as string), { type: dtype, shape });
  }
  const watched = checkNaN ? live.filter(isWatched) : [];
  if (watched.length > 0) emitWatch(watched, emitter);
  for (const [name, node] of Object.entries(graph.outputs)) {
    emitter.nodes.push({
      type: "Identity",
      inputs: [emitter.name(node)],
      outputs: [name],
      attrs: {},
      domain: "",
    });
  }
  const inputs = leaves
    .filter((node) => !packed.has(node))
    .map((node) => ({
      source: node.attrs["source"] as Source,
      name: node.attrs["name"] as string,
      spec: { dtype: node.dtype, shape: node.shape },
    }));
  const outputs = Object.fromEntries(
    Object.entries(graph.outputs).map(([name, { dtype, shape }]) => [name, { dtype, shape }]),
  );
  const model = modelProto({
    nodes: emitter.nodes,
    initializers: [...emitter.initializers.values()],
    inputs: inputs.map(({ source, name, spec }) => [inputName(source, name), spec] as const),
    outputs: [...Object.entries(outputs), ...watchSpec(watched)],
  });
  const weights = [...packed].map(({ attrs }) => attrs["name"] as string);
  return { model, inputs, weights, outputs, watched };
}

const isWatched = ({ dtype, shape }: Node): boolean => dtype === "float32" && elements(shape) > 0;

/** A frozen matrix on the right of a matmul: ONNX Runtime lays such ones out for its kernels once, if it has them. */
const isWeight = (leaf: Node, live: readonly Node[]): boolean =>
  leaf.attrs["source"] === "constant" &&
  leaf.shape.length === 2 &&
  live.some((node) => node.op === "matmul" && node.inputs[1] === leaf);
