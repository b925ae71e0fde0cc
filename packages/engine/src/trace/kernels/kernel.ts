import type { GraphBuilder, Node } from "../../graph/graph.js";
import type { DType } from "../../types.js";

/** What tfjs hands a kernel as attributes; each kernel knows its own. */
// biome-ignore lint/suspicious/noExplicitAny: tfjs types each kernel's attributes apart, by kernel name.
export type KernelAttributes = Record<string, any>;

/** Says a tfjs kernel in primitive operators. */
export type Kernel = (
  inputs: Readonly<Record<string, Node>>,
  attrs: KernelAttributes,
  builder: GraphBuilder,
) => Node | Node[];

export type Kernels = Readonly<Record<string, Kernel>>;

export const cast = (x: Node, dtype: DType, b: GraphBuilder): Node =>
  x.dtype === dtype ? x : b.op("cast", [x], { dtype });
