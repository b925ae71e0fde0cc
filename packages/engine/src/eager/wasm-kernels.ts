import * as tf from "@tensorflow/tfjs-core";

/**
 * Kernels that CLIP's gradients need and tfjs's wasm backend lacks, said in operators that it has.
 * Registered once that backend's package is loaded.
 */
export function completeWasm(): void {
  if (tf.getKernel("UnsortedSegmentSum", "wasm")) return;
  tf.registerKernel({
    kernelName: "UnsortedSegmentSum",
    backendName: "wasm",
    // Sums rows into bins: a one-hot matrix [bins, N] times the rows [N, D].
    kernelFunc: ({ inputs, attrs }) => {
      const x = inputs["x"] as tf.Tensor;
      const ids = inputs["segmentIds"] as tf.Tensor;
      const { numSegments } = attrs as unknown as { numSegments: number };
      const rest = x.shape.slice(ids.shape.length);
      return tf.tidy(() => {
        const bins = tf.oneHot(
          tf.reshape(tf.cast(ids, "int32"), [ids.size]) as tf.Tensor1D,
          numSegments,
        );
        const rows = tf.reshape(x, [ids.size, -1]) as tf.Tensor2D;
        const sums = tf.matMul(tf.cast(bins, "float32") as tf.Tensor2D, rows, true, false);
        return tf.reshape(sums, [numSegments, ...rest]);
      });
    },
  });
}
