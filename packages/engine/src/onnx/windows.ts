import type { Node } from "../graph/graph.js";
import { int, ints } from "../graph/operators.js";
import type { Emitter } from "./writer.js";

/** How ONNX spells strides, dilations and margins: all margins before, then all after. */
const steps = ({ attrs }: Node) => ({
  strides: ints(attrs, "strides"),
  dilations: ints(attrs, "dilations"),
  pads: [...ints(attrs, "before"), ...ints(attrs, "after")],
});

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);

/** `[N, ..., C]` → `[N, C, ...]`, which is ONNX's order. */
const channelsFirst = (x: string, rank: number, e: Emitter): string =>
  e.op("Transpose", [x], { perm: [0, rank - 1, ...range(1, rank - 1)] });
const channelsLast = (x: string, rank: number, e: Emitter): string =>
  e.op("Transpose", [x], { perm: [0, ...range(2, rank), 1] });

export function conv(node: Node, e: Emitter): string {
  const rank = node.shape.length;
  const [x, filter] = node.inputs.map((input) => e.name(input)) as [string, string];
  const image = channelsFirst(x, rank, e);
  const weights = e.op("Transpose", [filter], {
    perm: [rank - 1, rank - 2, ...range(0, rank - 2)],
  });
  const attrs = { ...steps(node), group: int(node.attrs, "groups") };
  return channelsLast(e.op("Conv", [image, weights], attrs), rank, e);
}

/** Margins are no part of a mean. */
export const pool =
  (type: "MaxPool" | "AveragePool") =>
  (node: Node, e: Emitter): string => {
    const rank = node.shape.length;
    const image = channelsFirst(e.name(node.inputs[0]!), rank, e);
    const attrs = { ...steps(node), kernel_shape: ints(node.attrs, "sizes") };
    return channelsLast(e.op(type, [image], attrs), rank, e);
  };
