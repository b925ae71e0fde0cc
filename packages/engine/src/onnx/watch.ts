import type { Node } from "../graph/graph.js";
import type { Spec } from "../types.js";
import { onnxTypes } from "./model.js";
import type { Emitter } from "./writer.js";

/** The output that says of each watched node whether it holds a NaN. */
export const watchName = "watch:nan";

export const watchSpec = (watched: readonly Node[]): Array<[string, Spec]> =>
  watched.length > 0 ? [[watchName, { dtype: "uint8", shape: [watched.length] }]] : [];

/** Adds to a program the output `watchName`, `[watched]`: 1 where a node holds a NaN. */
export function emitWatch(watched: readonly Node[], e: Emitter): void {
  const flags = watched.map((node) => {
    const found = e.cast(e.op("IsNaN", [e.name(node)]), "float32");
    const flat = e.op("Reshape", [found, e.int64([-1])]);
    return e.op("ReduceMax", [flat, e.int64([0])], { keepdims: 1 });
  });
  const all = e.op("Concat", flags, { axis: 0 });
  const { uint8 } = onnxTypes;
  e.nodes.push({
    type: "Cast",
    inputs: [all],
    outputs: [watchName],
    attrs: { to: uint8 },
    domain: "",
  });
}

/** What made the first NaN: the node whose inputs had none. Undefined where there is no NaN. */
export function firstNaN(watched: readonly Node[], flags: Uint8Array): string | undefined {
  const at = flags.indexOf(1);
  if (at < 0) return undefined;
  const node = watched[at]!;
  const { source, name } = node.attrs;
  if (node.op === "input") return `${source} ${name} holds a NaN`;
  const operands = node.inputs.map(({ dtype, shape }) => `${dtype} [${shape.join(", ")}]`);
  return `${node.op} of ${operands.join(" and ")} made the first NaN (value ${at + 1} of ${watched.length})`;
}
