import { UserError } from "../../errors.js";
import type { GraphBuilder, Node } from "../../graph/graph.js";
import { elementwise } from "./elementwise.js";
import type { KernelAttributes } from "./kernel.js";

/** The kernels of what tfjs can fuse behind a product or a convolution, by its own names. */
const activations: Readonly<Record<string, string>> = {
  relu: "Relu",
  relu6: "Relu6",
  elu: "Elu",
  prelu: "Prelu",
  leakyrelu: "LeakyRelu",
  sigmoid: "Sigmoid",
};

/** The end of tfjs's fused kernels: the bias added, then the activation. */
export function activated(
  x: Node,
  inputs: Readonly<Record<string, Node>>,
  { activation, leakyreluAlpha }: KernelAttributes,
  b: GraphBuilder,
): Node {
  const { bias, preluActivationWeights: weights } = inputs;
  const sum = bias ? b.op("add", [x, bias]) : x;
  if (!activation || activation === "linear") return sum;
  const kernel = elementwise[activations[activation] ?? ""];
  if (!kernel) throw new UserError(`the fused activation ${activation} cannot be compiled.`);
  const given = weights ? { x: sum, alpha: weights } : { x: sum };
  return kernel(given, { alpha: leakyreluAlpha }, b) as Node;
}
