import type { GraphBuilder, Node } from "../../graph/graph.js";
import type { Kernels } from "./kernel.js";

const cast = (x: Node, dtype: string, b: GraphBuilder): Node =>
  x.dtype === dtype ? x : b.op("cast", [x], { dtype });

export const matrices: Kernels = {
  BatchMatMul: ({ a, b: y }, { transposeA, transposeB }, b) =>
    b.op("matmul", [cast(a!, "float32", b), cast(y!, "float32", b)], {
      transposeA: Boolean(transposeA),
      transposeB: Boolean(transposeB),
    }),
  GatherV2: ({ x, indices }, { axis, batchDims }, b) => {
    if (batchDims) throw new Error("gather with batchDims cannot be compiled.");
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
