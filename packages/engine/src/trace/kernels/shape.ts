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

/** As in tfjs, a range downwards may leave out that its step is −1. */
function range(start: number, stop: number, step: number): number[] {
  const by = stop < start && step === 1 ? -1 : step;
  const length = Math.max(0, Math.ceil((stop - start) / by));
  return Array.from({ length }, (_, i) => start + i * by);
}

type Cut = Record<"begin" | "end" | "strides", number[]>;

/** A negative stride walks a reversed axis forwards. */
function stridedSlice(x: Node, { begin, end, strides }: Cut, b: GraphBuilder): Node {
  const axes = [...strides.keys()].filter((i) => strides[i]! < 0);
  const turned = axes.length > 0 ? b.op("reverse", [x], { axes }) : x;
  // Place p of a reversed axis is place size − 1 − p of the axis.
  const places = (values: number[]) =>
    values.map((p, i) => (axes.includes(i) ? x.shape[i]! - 1 - p : p));
  const starts = places(begin);
  return b.op("slice", [turned], {
    begin: starts,
    end: places(end).map((stop, i) => Math.max(stop, starts[i]!)),
    strides: strides.map(Math.abs),
  });
}

/** Margins that mirror what lies beside them, along one axis; `reflect` leaves the border itself out. */
function mirror(
  x: Node,
  axis: number,
  [before, after]: number[],
  skip: 0 | 1,
  b: GraphBuilder,
): Node {
  const size = x.shape[axis]!;
  const piece = (from: number, length: number): Node => {
    const begin = x.shape.map((_, i) => (i === axis ? from : 0));
    const extent = x.shape.map((d, i) => (i === axis ? length : d));
    return b.op("reverse", [slice(x, begin, extent, b)], { axes: [axis] });
  };
  const parts = [
    ...(before! > 0 ? [piece(skip, before!)] : []),
    x,
    ...(after! > 0 ? [piece(size - skip - after!, after!)] : []),
  ];
  return parts.length === 1 ? x : b.op("concat", parts, { axis });
}

export const shapes: Kernels = {
  Reshape: ({ x }, { shape }, b) =>
    reshape(x!, tf.util.inferFromImplicitShape(shape, elements(x!.shape)), b),
  ExpandDims: ({ input }, { dim }, b) => {
    const shape = [...input!.shape];
    const rank = shape.length;
    if (dim < -rank - 1 || dim > rank) {
      throw new UserError(`expandDims: axis ${dim} must be from ${-rank - 1} to ${rank}.`);
    }
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
    if (full.length === 0) {
      const shape = tf.backend_util.computeOutShape(
        parts.map((part) => [...part.shape]),
        at,
      );
      return b.op("broadcastTo", [b.scalar(0, parts[0]!.dtype)], { shape });
    }
    if (full.length === 1) return b.op("identity", [full[0]!]);
    return b.op("concat", full, { axis: at });
  },
  Pack: (inputs, { axis }, b) => {
    const first = inputs["0"]!;
    const at = axisOf(axis, first.shape.length + 1);
    const parts = Object.values(inputs).map((x) => {
      tf.util.assertShapesMatch([...first.shape], [...x.shape], "stack: all must have one shape: ");
      tf.util.assert(x.dtype === first.dtype, () => "stack: all must have one dtype.");
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
    const cut = stridedSlice(x!, info as unknown as Cut, b);
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
  MirrorPad: ({ x }, { paddings, mode }, b) =>
    (paddings as number[][]).reduce(
      (padded, margins, axis) => mirror(padded, axis, margins, mode === "reflect" ? 1 : 0, b),
      x!,
    ),
  /** The shape that two shapes broadcast to, all three as vectors. */
  BroadcastArgs: ({ s0, s1 }, _, b) => {
    const size = Math.max(s0!.shape[0]!, s1!.shape[0]!);
    const [one, two] = [s0!, s1!].map((s) =>
      b.op("pad", [s], { before: [size - s.shape[0]!], after: [0], value: 1 }),
    );
    return b.op("select", [b.op("equal", [one!, b.scalar(1, "int32")]), two!, one!]);
  },
  Fill: (_, { shape, value, dtype }, b) => {
    if (typeof value === "string") {
      throw new UserError("tensors of type string cannot be compiled; use float32, int32 or bool.");
    }
    return b.op("broadcastTo", [b.scalar(Number(value), dtype ?? "float32")], { shape });
  },
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
