import * as tf from "@tensorflow/tfjs-core";
import type { Node } from "../graph/graph.js";
import { traceBackend, traceBackendName } from "./backend.js";
import { elementwise } from "./kernels/elementwise.js";
import type { Kernels } from "./kernels/kernel.js";
import { matrices } from "./kernels/matrix.js";
import { reductions } from "./kernels/reduce.js";
import { shapes } from "./kernels/shape.js";

const kernels: Kernels = { ...elementwise, ...reductions, ...shapes, ...matrices };

/** The tfjs kernels that can be compiled. */
export const kernelNames = Object.keys(kernels).sort();

for (const [kernelName, kernel] of Object.entries(kernels)) {
  tf.registerKernel({
    kernelName,
    backendName: traceBackendName,
    kernelFunc: ({ inputs, attrs }) => {
      const nodes = Object.entries(inputs).map(([name, tensor]) => [
        name,
        traceBackend.node(tensor as tf.TensorInfo),
      ]);
      const result: Node | Node[] = kernel(
        Object.fromEntries(nodes),
        attrs ?? {},
        traceBackend.builder,
      );
      return Array.isArray(result)
        ? result.map((node) => traceBackend.hold(node))
        : traceBackend.hold(result);
    },
  });
}
