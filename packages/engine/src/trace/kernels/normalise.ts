import * as tf from "@tensorflow/tfjs-core";
import type { Kernels } from "./kernel.js";

export const normalisations: Kernels = {
  Softmax: ({ logits }, { dim }, b) => {
    const [axis] = tf.util.parseAxisParam(dim, [...logits!.shape]) as [number];
    return b.op("softmax", [logits!], { axis });
  },
  /** (x − mean) / √(variance + ε) · scale + offset; the statistics are given. */
  FusedBatchNorm: ({ x, mean, variance, scale, offset }, { varianceEpsilon }, b) => {
    const spread = b.op("sqrt", [b.op("add", [variance!, b.scalar(varianceEpsilon ?? 0.001)])]);
    const standard = b.op("div", [b.op("sub", [x!, mean!]), spread]);
    const scaled = scale ? b.op("mul", [standard, scale]) : standard;
    return offset ? b.op("add", [scaled, offset]) : scaled;
  },
  CliptuneLayerNorm: ({ x, weight, bias }, { epsilon }, b) =>
    (["layerNorm", "layerNormMean", "layerNormRdev"] as const).map((op) =>
      b.op(op, [x!, weight!, bias!], { epsilon }),
    ),
};
