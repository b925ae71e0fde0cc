import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../../errors.js";
import type { GraphBuilder, Node } from "../../graph/graph.js";
import { cast, type Kernel, type KernelAttributes, type Kernels } from "./kernel.js";
import { padded, span, spread, type Walk, walksOf } from "./window.js";

type Shape4 = [number, number, number, number];
type Shape5 = [number, number, number, number, number];

/** How the window walks over `[N, H, W, C]` or `[N, D, H, W, C]`. */
function walks(shape: readonly number[], attrs: KernelAttributes): Walk[] {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const { computePool2DInfo, computePool3DInfo } = tf.backend_util;
  const info =
    shape.length === 5
      ? computePool3DInfo(shape as Shape5, filterSize, strides, 1, pad, dimRoundingMode)
      : computePool2DInfo(shape as Shape4, filterSize, strides, 1, pad, dimRoundingMode);
  return walksOf(info);
}

const marginsOf = (walk: readonly Walk[]) => ({
  before: walk.map(({ before }) => before),
  after: walk.map(({ after }) => after),
});

type PoolName = "maxPool" | "meanPool";

function walked(op: PoolName, x: Node, walk: readonly Walk[], b: GraphBuilder): Node {
  return b.op(op, [x], {
    ...marginsOf(walk),
    sizes: walk.map(({ kernel }) => kernel),
    strides: walk.map(({ stride }) => stride),
    dilations: walk.map(({ dilation }) => dilation),
  });
}

/** The maxima or means of windows, of floats; where a window lies in the margin alone, −∞ or 0. */
function pool(op: PoolName, x: Node, walk: readonly Walk[], b: GraphBuilder): Node {
  const isPlain = walk.every((w) =>
    [w.before, w.after].every((margin) => margin >= 0 && margin < w.kernel),
  );
  if (isPlain) return walked(op, x, walk, b);
  // Margins that the operator does not take are made first; a mean is then of the share that is no margin.
  const bare = walk.map((w) => ({ ...w, before: 0, after: 0 }));
  const outside = op === "maxPool" ? Number.NEGATIVE_INFINITY : 0;
  const pooled = walked(op, padded(x, marginsOf(walk), outside, b), bare, b);
  if (op === "maxPool") return pooled;
  const ones = b.op("broadcastTo", [b.scalar(1)], { shape: x.shape });
  const share = walked(op, padded(ones, marginsOf(walk), 0, b), bare, b);
  const isEmpty = b.op("equal", [share, b.scalar(0)]);
  return b.op("select", [isEmpty, b.scalar(0), b.op("div", [pooled, share])]);
}

const pooling =
  (op: PoolName): Kernel =>
  ({ x }, attrs, b) => {
    const walk = walks(x!.shape, attrs);
    // As in tfjs, whatever the margins and strides.
    const isSame = walk.every(({ kernel, size, out }) => kernel === 1 && size === out);
    if (isSame) return b.op("identity", [x!]);
    return cast(pool(op, cast(x!, "float32", b), walk, b), x!.dtype, b);
  };

/** Each place of the window, as steps from its start; the last axis moves first. */
const offsetsOf = (walk: readonly Walk[]): number[][] =>
  walk.reduce<number[][]>(
    (all, { kernel }) =>
      all.flatMap((offset) => Array.from({ length: kernel }, (_, i) => [...offset, i])),
    [[]],
  );

/** The element that each window has at one of its places: `[N, ...out, C]` of an input with its margins. */
function elementsAt(
  x: Node,
  walk: readonly Walk[],
  offset: readonly number[],
  b: GraphBuilder,
): Node {
  const begin = offset.map((at, i) => at * walk[i]!.dilation);
  const end = begin.map((start, i) => start + (walk[i]!.out - 1) * walk[i]!.stride + 1);
  return b.op("slice", [x], {
    begin: [0, ...begin, 0],
    end: [x.shape[0]!, ...end, x.shape.at(-1)!],
    strides: [1, ...walk.map(({ stride }) => stride), 1],
  });
}

interface Place {
  readonly offset: readonly number[];
  /** Where this place holds the greatest element, and no place before it does. */
  readonly isFirst: Node;
}

/** For each place of the window, which windows have their greatest element there. */
function greatest(x: Node, walk: readonly Walk[], b: GraphBuilder): Place[] {
  const top = pool("maxPool", x, walk, b);
  const whole = padded(x, marginsOf(walk), Number.NEGATIVE_INFINITY, b);
  let taken: Node | undefined;
  return offsetsOf(walk).map((offset) => {
    const isTop = b.op("equal", [elementsAt(whole, walk, offset, b), top]);
    const isFirst = taken ? b.op("and", [isTop, b.op("not", [taken])]) : isTop;
    taken = taken ? b.op("or", [taken, isTop]) : isTop;
    return { offset, isFirst };
  });
}

/** The maximum's gradient goes to the first greatest element of each window. */
const maxPoolGradient: Kernel = ({ dy, input }, attrs, b) => {
  const walk = walks(input!.shape, attrs);
  const strides = walk.map(({ stride }) => stride);
  const parts = greatest(input!, walk, b).map(({ offset, isFirst }) => {
    const change = spread(b.op("select", [isFirst, dy!, b.scalar(0)]), strides, b);
    // Back to where that place lies in the input; what lies in its margins is cut.
    const before = walk.map((w, i) => offset[i]! * w.dilation - w.before);
    const after = walk.map((w, i) => w.size - change.shape[i + 1]! - before[i]!);
    return padded(change, { before, after }, 0, b);
  });
  return parts.reduce((sum, part) => b.op("add", [sum, part]));
};

/** The mean's gradient, shared out evenly. As in tfjs, places in the margins take their share too. */
const meanPoolGradient: Kernel = ({ dy, input }, attrs, b) => {
  const walk = walks(input!.shape, attrs);
  const apart = spread(
    dy!,
    walk.map(({ stride }) => stride),
    b,
  );
  const before = walk.map((w) => span(w) - 1 - w.before);
  const after = walk.map((w, i) => w.size + span(w) - 1 - apart.shape[i + 1]! - before[i]!);
  const whole = padded(apart, { before, after }, 0, b);
  const single = walk.map((w) => ({ ...w, stride: 1, before: 0, after: 0 }));
  return pool("meanPool", whole, single, b);
};

/** Each element's place in the flattened image, or in the flattened batch of them. */
function flatPlaces(shape: readonly number[], withBatch: boolean, b: GraphBuilder): Node {
  const counted = shape.map((size, axis) => {
    const step = axis === 0 && !withBatch ? 0 : tf.util.sizeFromShape(shape.slice(axis + 1));
    const places = Int32Array.from({ length: size }, (_, i) => i * step);
    const along = shape.map((_, i) => (i === axis ? size : 1));
    return b.literal(places, along, "int32");
  });
  return counted.reduce((sum, places) => b.op("add", [sum, places]));
}

const maxPoolWithArgmax: Kernel = ({ x }, attrs, b) => {
  if (x!.shape.length !== 4) {
    throw new UserError(
      `maxPoolWithArgmax: got [${x!.shape.join(", ")}]; it must be images, [N, H, W, C].`,
    );
  }
  const walk = walks(x!.shape, attrs);
  const image = cast(x!, "float32", b);
  const all = flatPlaces(x!.shape, Boolean(attrs["includeBatchInIndex"]), b);
  const whole = padded(all, marginsOf(walk), 0, b);
  const none = b.scalar(0, "int32");
  const places = greatest(image, walk, b)
    .map(({ offset, isFirst }) =>
      b.op("select", [isFirst, elementsAt(whole, walk, offset, b), none]),
    )
    .reduce((sum, part) => b.op("add", [sum, part]));
  return [cast(pool("maxPool", image, walk, b), x!.dtype, b), places];
};

export const pools: Kernels = {
  MaxPool: pooling("maxPool"),
  MaxPool3D: pooling("maxPool"),
  MaxPoolGrad: maxPoolGradient,
  MaxPool3DGrad: maxPoolGradient,
  MaxPoolWithArgmax: maxPoolWithArgmax,
  AvgPool: pooling("meanPool"),
  AvgPool3D: pooling("meanPool"),
  AvgPoolGrad: meanPoolGradient,
  AvgPool3DGrad: meanPoolGradient,
};
