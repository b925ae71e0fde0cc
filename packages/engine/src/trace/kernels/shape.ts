import * as tf from "@tensorflow/tfjs-core";
import { elements } from "../../arrays.js";
import { UserError } from "../../errors.js";
import type { GraphBuilder, Node } from "../../graph/graph.js";
import type { Kernels } from "./kernel.js";

const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

const slice = (x: Node, begin: number[], size: readonly number[], b: GraphBuilder): Node =>
  b.op("slice", [x], {
    begin,
    end: begin.map((start, i) => start + size[i]!),
    strides: begin.map(() => 1),
  });

const reshape = (x: Node, shape: readonly number[], b: GraphBuilder): Node =>
  b.op("reshape", [x], { shape });

/** Cuts `x` along `axis` into pieces of the sizes given. */
function split(x: Node, sizes: readonly number[], axis: number, b: GraphBuilder): Node[] {
  let start = 0;
  return sizes.map((size) => {
    const begin = x.shape.map((_, i) => (i === axis ? start : 0));
    start += size;
    return slice(
      x,
      begin,
      x.shape.map((d, i) => (i === axis ? size : d)),
      b,
    );
  });
}

const range = (start: number, stop: number, step: number): number[] =>
  Array.from({ length: Math.max(0, Math.ceil((stop - start) / step)) }, (_, i) => start + i * step);

export const shapes: Kernels = {
  Reshape: ({ x }, { shape }, b) =>
    reshape(x!, tf.util.inferFromImplicitShape(shape, elements(x!.shape)), b),
  ExpandDims: ({ input }, { dim }, b) => {
    const shape = [...input!.shape];
    shape.splice(axisOf(dim, shape.length + 1), 0, 1);
    return reshape(input!, shape, b);
  },
  Transpose: ({ x }, { perm }, b) => b.op("transpose", [x!], { perm }),
  Tile: ({ x }, { reps }, b) => b.op("tile", [x!], { reps }),
  Concat: (inputs, { axis }, b) => {
    const parts = Object.values(inputs);
    const at = axisOf(axis, parts[0]!.shape.length);
    tf.backend_util.assertParamsConsistent(
      parts.map(({ shape }) => [...shape]),
      at,
    );
    const full = parts.filter((part) => elements(part.shape) > 0);
    if (full.length <= 1) return b.op("identity", [full[0] ?? parts[0]!]);
    return b.op("concat", full, { axis: at });
  },
  Pack: (inputs, { axis }, b) => {
    const at = axisOf(axis, inputs["0"]!.shape.length + 1);
    const parts = Object.values(inputs).map((x) => {
      const shape = [...x.shape];
      shape.splice(at, 0, 1);
      return reshape(x, shape, b);
    });
    return b.op("concat", parts, { axis: at });
  },
  Unpack: ({ value }, { axis }, b) => {
    const at = axisOf(axis, value!.shape.length);
    const rest = value!.shape.filter((_, i) => i !== at);
    const ones = new Array<number>(value!.shape[at]!).fill(1);
    return split(value!, ones, at, b).map((part) => reshape(part, rest, b));
  },
  SplitV: ({ x }, { numOrSizeSplits, axis }, b) => {
    const at = axisOf(axis, x!.shape.length);
    // tfjs's types want a tensor; its shape is all that is read.
    const sizes = tf.backend_util.prepareSplitSize(
      { shape: x!.shape } as tf.Tensor,
      numOrSizeSplits,
      at,
    );
    return split(x!, sizes, at, b);
  },
  Slice: ({ x }, { begin, size }, b) => {
    // tfjs's types want a tensor; its shape is all that is read.
    const shaped = { shape: x!.shape, rank: x!.shape.length } as tf.Tensor;
    const [start, extent] = tf.slice_util.parseSliceParams(shaped, begin, size);
    tf.slice_util.assertParamsValid(shaped, start!, extent!);
    return slice(x!, start!, extent!, b);
  },
  StridedSlice: ({ x }, attrs, b) => {
    const info = tf.slice_util.sliceInfo(
      [...x!.shape],
      attrs["begin"],
      attrs["end"],
      attrs["strides"],
      attrs["beginMask"],
      attrs["endMask"],
      attrs["ellipsisMask"],
      attrs["newAxisMask"],
      attrs["shrinkAxisMask"],
    );
    if (info.strides.some((s) => s < 0)) {
      throw new UserError(
        "StridedSlice with a negative stride cannot be compiled; use reverse and a positive stride.",
      );
    }
    const { begin, end, strides } = info as Record<"begin" | "end" | "strides", number[]>;
    const cut = b.op("slice", [x!], { begin, end, strides });
    return reshape(cut, info.finalShape, b);
  },
  Reverse: ({ x }, { dims }, b) =>
    b.op("reverse", [x!], { axes: tf.util.parseAxisParam(dims, [...x!.shape]) }),
  PadV2: ({ x }, { paddings, constantValue }, b) =>
    b.op("pad", [x!], {
      before: paddings.map((p: number[]) => p[0]),
      after: paddings.map((p: number[]) => p[1]),
      value: constantValue,
    }),
  Fill: (_, { shape, value, dtype }, b) =>
    b.op("broadcastTo", [b.scalar(Number(value), dtype ?? "float32")], { shape }),
  Range: (_, { start, stop, step, dtype }, b) => {
    const values = range(start, stop, step);
    const data = dtype === "int32" ? Int32Array.from(values) : Float32Array.from(values);
    return b.literal(data, [values.length], dtype === "int32" ? "int32" : "float32");
  },
  LinSpace: (_, { start, stop, num }, b) => {
    const step = num > 1 ? (stop - start) / (num - 1) : 0;
    return b.literal(
      Float32Array.from({ length: num }, (_, i) => start + i * step),
      [num],
      "float32",
    );
  },
};
