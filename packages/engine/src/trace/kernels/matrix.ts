import { UserError } from "../../errors.js";
import type { GraphBuilder, Node } from "../../graph/graph.js";
import type { Kernels } from "./kernel.js";

const cast = (x: Node, dtype: string, b: GraphBuilder): Node =>
  x.dtype === dtype ? x : b.op("cast", [x], { dtype });

export const matrices: Kernels = {
  BatchMatMul: ({ a, b: y }, { transposeA, transposeB }, b) => {
    const [inner, other] = [a!.shape.at(transposeA ? -2 : -1), y!.shape.at(transposeB ? -1 : -2)];
    if (inner !== other) {
      throw new UserError(
        `matMul: [${a!.shape.join(", ")}]${transposeA ? " transposed" : ""} and [${y!.shape.join(", ")}]${transposeB ? " transposed" : ""} must share their inner size, but it is ${inner} and ${other}.`,
      );
    }
    return b.op("matmul", [cast(a!, "float32", b), cast(y!, "float32", b)], {
      transposeA: Boolean(transposeA),
      transposeB: Boolean(transposeB),
    });
  },
  GatherV2: ({ x, indices }, { axis, batchDims }, b) => {
    if (batchDims) {
      throw new UserError(
        "gather with batchDims cannot be compiled; flatten the batch into the indices.",
      );
    }
    const at = axis < 0 ? axis + x!.shape.length : axis;
    return b.op("gather", [x!, cast(indices!, "int32", b)], { axis: at });
  },
  UnsortedSegmentSum: ({ x, segmentIds }, { numSegments }, b) =>
    b.op("segmentSum", [x!, cast(segmentIds!, "int32", b)], { size: numSegments }),
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
