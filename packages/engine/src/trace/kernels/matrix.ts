import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../../errors.js";
import type { Node } from "../../graph/graph.js";
import { activated } from "./activation.js";
import { einsum } from "./einsum.js";
import { cast, type Kernel, type Kernels } from "./kernel.js";

const batchMatMul: Kernel = ({ a, b: y }, { transposeA, transposeB }, b) => {
  const [inner, other] = [a!.shape.at(transposeA ? -2 : -1), y!.shape.at(transposeB ? -1 : -2)];
  if (inner !== other) {
    throw new UserError(
      `matMul: [${a!.shape.join(", ")}]${transposeA ? " transposed" : ""} and [${y!.shape.join(", ")}]${transposeB ? " transposed" : ""} must share their inner size, but it is ${inner} and ${other}.`,
    );
  }
  const product = b.op("matmul", [cast(a!, "float32", b), cast(y!, "float32", b)], {
    transposeA: Boolean(transposeA),
    transposeB: Boolean(transposeB),
  });
  const isFloat = a!.dtype === "float32" || y!.dtype === "float32";
  return isFloat ? product : cast(product, "int32", b);
};

export const matrices: Kernels = {
  BatchMatMul: batchMatMul,
  _FusedMatMul: (inputs, attrs, b) =>
    activated(batchMatMul(inputs, attrs, b) as Node, inputs, attrs, b),
  Einsum: (inputs, { equation }, b) => einsum(equation, Object.values(inputs), b),
  /** A matrix with `x` along its diagonal; of rank 2R for rank R. */
  Diag: ({ x }, _, b) => {
    const size = tf.util.sizeFromShape([...x!.shape]);
    const places = Int32Array.from({ length: size }, (_, i) => i);
    const isDiagonal = b.op("equal", [
      b.literal(places, [size, 1], "int32"),
      b.literal(places, [size], "int32"),
    ]);
    const row = b.op("reshape", [x!], { shape: [size] });
    const square = b.op("select", [isDiagonal, row, b.scalar(0, x!.dtype)]);
    return b.op("reshape", [square], { shape: [...x!.shape, ...x!.shape] });
  },
  OneHot: ({ indices }, { depth, onValue, offValue, dtype }, b) => {
    const classes = b.literal(
      Int32Array.from({ length: depth }, (_, i) => i),
      [depth],
      "int32",
    );
    const column = b.op("reshape", [cast(indices!, "int32", b)], { shape: [...indices!.shape, 1] });
    const on = b.scalar(onValue, dtype ?? "int32");
    return b.op("select", [
      b.op("equal", [column, classes]),
      on,
      b.scalar(offValue, dtype ?? "int32"),
    ]);
  },
  TopK: ({ x }, { k }, b) => [b.op("topKValues", [x!], { k }), b.op("topKIndices", [x!], { k })],
};
