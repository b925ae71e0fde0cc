import * as tf from "@tensorflow/tfjs-core";
import { elements } from "../../arrays.js";
import type { GraphBuilder, Node } from "../../graph/graph.js";
import { cast, type Kernels } from "./kernel.js";

const reshape = (x: Node, shape: readonly number[], b: GraphBuilder): Node =>
  b.op("reshape", [x], { shape });

/** tfjs's types want tensors; shapes and element types are all that is read. */
const asTensor = (x: Node): tf.Tensor =>
  ({ shape: x.shape, rank: x.shape.length, dtype: x.dtype, size: elements(x.shape) }) as tf.Tensor;

const integers = (x: Node, b: GraphBuilder): Node => cast(x, "int32", b);

/** `[..., K]` places along K axes → `[N]` places in the rows that these axes make when flattened. */
function flatPlaces(
  indices: Node,
  rank: number,
  strides: readonly number[],
  b: GraphBuilder,
): Node {
  const count = elements(indices.shape) / Math.max(1, rank);
  const table = reshape(integers(indices, b), [count, rank], b);
  if (rank === 1) return reshape(table, [count], b);
  const steps = b.literal(Int32Array.from(strides), [rank], "int32");
  return b.op("reduceSum", [b.op("mul", [table, steps])], { axes: [1], keepDims: false });
}

/** How many rows one step along each of the first `rank` axes is. */
const rowStrides = (shape: readonly number[], rank: number): number[] =>
  Array.from({ length: rank }, (_, i) => elements(shape.slice(i + 1, rank)));

/** Gathers along `axis` apart for each index of the first `batchDims` axes, which both have. */
function gatherBatches(
  x: Node,
  indices: Node,
  { axis, batchDims }: { axis: number; batchDims: number },
  b: GraphBuilder,
): Node {
  const info = tf.backend_util.segment_util.collectGatherOpShapeInfo(
    asTensor(x),
    asTensor(indices),
    axis,
    batchDims,
  );
  const { batchSize: batches, outerSize: outer, dimSize: size, sliceSize: inner } = info;
  const apart = reshape(x, [batches, outer, size, inner], b);
  const first = b.op("transpose", [apart], { perm: [0, 2, 1, 3] });
  const rows = reshape(first, [batches * size, outer, inner], b);
  const starts = Int32Array.from({ length: batches }, (_, i) => i * size);
  const count = elements(indices.shape) / batches;
  const within = reshape(integers(indices, b), [batches, count], b);
  const places = b.op("add", [within, b.literal(starts, [batches, 1], "int32")]);
  const taken = b.op("gather", [rows, places], { axis: 0 }); // [batches, count, outer, inner]
  return reshape(b.op("transpose", [taken], { perm: [0, 2, 1, 3] }), info.outputShape, b);
}

/** Sums rows into bins; rows with a negative id are left out, as in tfjs. */
function segmentSum(x: Node, ids: Node, size: number, b: GraphBuilder): Node {
  const rank = x.shape.length - ids.shape.length;
  const column = reshape(ids, [...ids.shape, ...new Array<number>(rank).fill(1)], b);
  const outside = b.op("less", [column, b.scalar(0, "int32")]);
  const kept = b.op("select", [outside, b.scalar(0, x.dtype), x]);
  return b.op("segmentSum", [kept, b.op("max", [ids, b.scalar(0, "int32")])], { size });
}

/** Where rows go in a result of `shape`: their places in it flattened to `[rows, slice]`. */
function scattered(updates: Node, indices: Node, shape: readonly number[], b: GraphBuilder) {
  const info = tf.backend_util.calculateShapes(asTensor(updates), asTensor(indices), [...shape]);
  const { sliceRank, numUpdates, sliceSize } = info;
  const rows = elements(shape) / Math.max(1, sliceSize);
  const places = flatPlaces(indices, sliceRank, rowStrides(shape, sliceRank), b);
  return { places, count: numUpdates, rows, slice: sliceSize };
}

/** Bins counted or summed over; places outside them are left out. */
function bincount(x: Node, weights: Node, size: number, b: GraphBuilder): Node {
  const one = b.scalar(1, weights.dtype);
  const values = elements(weights.shape) > 0 ? weights : one;
  const inside = b.op("less", [x, b.scalar(size, "int32")]);
  const counted = b.op("select", [inside, values, b.scalar(0, weights.dtype)]);
  return segmentSum(counted, b.op("select", [inside, x, b.scalar(0, "int32")]), size, b);
}

export const rows: Kernels = {
  GatherV2: ({ x, indices }, { axis, batchDims }, b) => {
    const at = axis < 0 ? axis + x!.shape.length : axis;
    return batchDims
      ? gatherBatches(x!, indices!, { axis: at, batchDims }, b)
      : b.op("gather", [x!, integers(indices!, b)], { axis: at });
  },
  GatherNd: ({ params, indices }, _, b) => {
    const [shape, count, slice] = tf.backend_util.prepareAndValidate(
      asTensor(params!),
      asTensor(indices!),
    );
    const rank = indices!.shape.at(-1)!;
    const table = reshape(params!, [elements(params!.shape.slice(0, rank)), slice], b);
    const places = flatPlaces(indices!, rank, rowStrides(params!.shape, rank), b);
    return reshape(b.op("gather", [table, reshape(places, [count], b)], { axis: 0 }), shape, b);
  },
  UnsortedSegmentSum: ({ x, segmentIds }, { numSegments }, b) =>
    segmentSum(x!, integers(segmentIds!, b), numSegments, b),
  ScatterNd: ({ indices, updates }, { shape }, b) => {
    const { places, count, rows, slice } = scattered(updates!, indices!, shape, b);
    const parts = reshape(updates!, [count, slice], b);
    return reshape(b.op("segmentSum", [parts, places], { size: rows }), shape, b);
  },
  TensorScatterUpdate: ({ tensor, indices, updates }, _, b) => {
    const { places, count, rows, slice } = scattered(updates!, indices!, tensor!.shape, b);
    const parts = reshape(updates!, [count, slice], b);
    const table = reshape(tensor!, [rows, slice], b);
    return reshape(b.op("scatterRows", [table, places, parts]), tensor!.shape, b);
  },
  SparseToDense: ({ sparseIndices, sparseValues, defaultValue }, { outputShape }, b) => {
    const values = sparseValues!;
    const { places, count, rows } = scattered(values, sparseIndices!, outputShape, b);
    const empty = defaultValue ?? b.scalar(0, values.dtype);
    const table = b.op("broadcastTo", [empty], { shape: [rows, 1] });
    const parts = b.op("broadcastTo", [reshape(values, [elements(values.shape), 1], b)], {
      shape: [count, 1],
    });
    return reshape(b.op("scatterRows", [table, places, parts]), outputShape, b);
  },
  Bincount: ({ x, weights }, { size }, b) => bincount(integers(x!, b), weights!, size, b),
  DenseBincount: ({ x, weights }, { size, binaryOutput }, b) => {
    const places = integers(x!, b);
    if (x!.shape.length === 1) return bincount(places, weights!, size, b);
    const [count] = x!.shape as [number];
    // Each row has bins of its own, one row's after the other's; what is outside them is put after the last.
    const starts = b.literal(
      Int32Array.from({ length: count }, (_, i) => i * size),
      [count, 1],
      "int32",
    );
    const inside = b.op("less", [places, b.scalar(size, "int32")]);
    const last = b.scalar(count * size, "int32");
    const bins = b.op("select", [inside, b.op("add", [places, starts]), last]);
    const sums = reshape(bincount(bins, weights!, count * size, b), [count, size], b);
    if (!binaryOutput) return sums;
    const isEmpty = b.op("equal", [sums, b.scalar(0, sums.dtype)]);
    return b.op("select", [isEmpty, b.scalar(0, sums.dtype), b.scalar(1, sums.dtype)]);
  },
  /** How many of each row's sorted numbers come before a value; equal ones too for the right side. */
  SearchSorted: ({ sortedSequence, values }, { side }, b) => {
    const [rows, size] = sortedSequence!.shape as [number, number];
    const sorted = reshape(sortedSequence!, [rows, 1, size], b);
    const wanted = reshape(values!, [rows, values!.shape[1]!, 1], b);
    const before = b.op(side === "left" ? "less" : "lessEqual", [sorted, wanted]);
    return b.op("reduceSum", [cast(before, "int32", b)], { axes: [2], keepDims: false });
  },
};
