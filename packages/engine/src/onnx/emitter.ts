import { type Graph, liveNodes, type Source } from "../graph/graph.js";
import type { Spec } from "../types.js";
import { forms } from "./forms.js";
import { modelProto } from "./model.js";
import { Emitter, inputName } from "./writer.js";

export interface OnnxProgram {
  readonly model: Uint8Array;
  /** The program's values that the graph still needs after dead code is gone. */
  readonly inputs: ReadonlyArray<{ source: Source; name: string; spec: Spec }>;
  readonly outputs: Readonly<Record<string, Spec>>;
}

/** Says a graph in ONNX. */
export function emitOnnx(graph: Graph): OnnxProgram {
  const emitter = new Emitter();
  const live = liveNodes(graph);
  const leaves = live.filter((node) => node.op === "input");
  for (const node of live) emitter.bind(node, forms[node.op](node, emitter));
  for (const [name, node] of Object.entries(graph.outputs)) {
    emitter.nodes.push({
      type: "Identity",
      inputs: [emitter.name(node)],
      outputs: [name],
      attrs: {},
      domain: "",
    });
  }
  const inputs = leaves.map((node) => ({
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
    outputs: Object.entries(outputs),
  });
  return { model, inputs, outputs };
}
