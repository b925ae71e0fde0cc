import * as tf from "@tensorflow/tfjs-core";
import type { GraphBuilder, Node } from "../graph/graph.js";
import { convolutions } from "./kernels/convolution.js";
import { elementwise } from "./kernels/elementwise.js";
import type { Kernels } from "./kernels/kernel.js";
import { matrices } from "./kernels/matrix.js";
import { normalisations } from "./kernels/normalise.js";
import { pools } from "./kernels/pool.js";
import { reductions } from "./kernels/reduce.js";
import { resizes } from "./kernels/resize.js";
import { rows } from "./kernels/rows.js";
import { shapes } from "./kernels/shape.js";
import { spaces } from "./kernels/space.js";

const kernels: Kernels = {
  ...elementwise,
  ...reductions,
  ...shapes,
  ...rows,
  ...matrices,
  ...normalisations,
  ...spaces,
  ...convolutions,
  ...pools,
  ...resizes,
};

/** The tfjs kernels that can be compiled. */
export const kernelNames = Object.keys(kernels).sort();

/** A tfjs backend that kernels record into: its tensors stand for nodes. */
export interface Recorder {
  readonly builder: GraphBuilder;
  /** Called before a kernel records: the one moment when the builder may be replaced. */
  beforeKernel?(): void;
  /** The node that a tensor stands for. */
  node(tensor: tf.TensorInfo): Node;
  /** A tensor that stands for `node`, which a kernel made of `inputs`. */
  hold(node: Node, inputs: readonly tf.TensorInfo[]): tf.TensorInfo;
}

/** Registers every kernel for a tfjs backend that is a `Recorder`. */
export function registerKernels(backendName: string): void {
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) => {
        const recorder = backend as Recorder;
        recorder.beforeKernel?.();
        // Optional inputs that are absent come as null or undefined.
        const given = Object.entries(inputs).filter(([, tensor]) => tensor != null);
        const tensors = given.map(([, tensor]) => tensor as tf.TensorInfo);
        const nodes = given.map(([name], i) => [name, recorder.node(tensors[i]!)]);
        const result: Node | Node[] = kernel(
          Object.fromEntries(nodes),
          attrs ?? {},
          recorder.builder,
        );
        return Array.isArray(result)
          ? result.map((node) => recorder.hold(node, tensors))
          : recorder.hold(result, tensors);
      },
    });
  }
}
