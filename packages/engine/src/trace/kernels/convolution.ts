import * as tf from "@tensorflow/tfjs-core";
import type { GraphBuilder, Node } from "../../graph/graph.js";
import { activated } from "./activation.js";
import type { Kernel, KernelAttributes, Kernels } from "./kernel.js";
import { fitted, type Margins, span, spread, type Walk, walksOf } from "./window.js";

type Shape4 = [number, number, number, number];
type Shape5 = [number, number, number, number, number];

/** What differs between tfjs's plain, depthwise and three-dimensional convolutions. */
type Kind = "plain" | "depthwise" | "volume";

const transpose = (x: Node, perm: readonly number[], b: GraphBuilder): Node =>
  perm.every((p, i) => p === i) ? x : b.op("transpose", [x], { perm });
const reshape = (x: Node, shape: readonly number[], b: GraphBuilder): Node =>
  b.op("reshape", [x], { shape });

const spatial = (x: Node): number[] => [...x.shape.keys()].slice(1, -1);

const isChannelsFirst = (attrs: KernelAttributes): boolean => attrs["dataFormat"] === "NCHW";
const channelsLast = (x: Node, attrs: KernelAttributes, b: GraphBuilder): Node =>
  isChannelsFirst(attrs) ? transpose(x, [0, 2, 3, 1], b) : x;
const asAsked = (y: Node, attrs: KernelAttributes, b: GraphBuilder): Node =>
  isChannelsFirst(attrs) ? transpose(y, [0, 3, 1, 2], b) : y;

/** What is said by axis, with the channels last. */
const lastShape = <T>(axes: T[], attrs: KernelAttributes): T[] =>
  isChannelsFirst(attrs) ? [axes[0]!, axes[2]!, axes[3]!, axes[1]!] : axes;

/** How the filter walks, from what tfjs's rules make of strides, padding and dilations. */
function walks(
  input: readonly number[],
  filter: readonly number[],
  attrs: KernelAttributes,
  kind: Kind,
): Walk[] {
  const { strides, dimRoundingMode } = attrs;
  const dilations = attrs["dilations"] ?? 1;
  // Margins by axis come in the order of the image's axes.
  const isByAxis = isChannelsFirst(attrs) && Array.isArray(attrs["pad"]);
  const pad = isByAxis ? lastShape(attrs["pad"], attrs) : attrs["pad"];
  const { computeConv2DInfo, computeConv3DInfo } = tf.backend_util;
  if (kind === "volume") {
    const shapes = [input as Shape5, filter as Shape5] as const;
    return walksOf(computeConv3DInfo(...shapes, strides, dilations, pad));
  }
  const shapes = [input as Shape4, filter as Shape4] as const;
  const isDepthwise = kind === "depthwise";
  return walksOf(
    computeConv2DInfo(...shapes, strides, dilations, pad, dimRoundingMode, isDepthwise),
  );
}

interface Steps extends Margins {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly groups: number;
}

function conv(x: Node, filter: Node, steps: Steps, b: GraphBuilder): Node {
  const { x: input, before, after } = fitted(x, steps, 0, b);
  return b.op("conv", [input, filter], { ...steps, before, after });
}

const each = (walk: readonly Walk[], number: (walk: Walk) => number): number[] => walk.map(number);

/** `[..., C, M]` → `[..., 1, C·M]`: each channel is a group with filters of its own. */
const apart = (filter: Node, b: GraphBuilder): Node => {
  const [channels, multiplier] = filter.shape.slice(-2) as [number, number];
  return reshape(filter, [...filter.shape.slice(0, -2), 1, channels * multiplier], b);
};

/** @param filter `[..., I, O]`, for depthwise ones `[..., C, M]` */
function forward(x: Node, filter: Node, walk: readonly Walk[], kind: Kind, b: GraphBuilder): Node {
  const steps = {
    strides: each(walk, ({ stride }) => stride),
    dilations: each(walk, ({ dilation }) => dilation),
    before: each(walk, ({ before }) => before),
    after: each(walk, ({ after }) => after),
  };
  return kind === "depthwise"
    ? conv(x, apart(filter, b), { ...steps, groups: x.shape.at(-1)! }, b)
    : conv(x, filter, { ...steps, groups: 1 }, b);
}

/** The input's gradient: the result's, its elements a stride apart, convolved with the filter turned round. */
function ofInput(dy: Node, filter: Node, walk: readonly Walk[], kind: Kind, b: GraphBuilder): Node {
  const axes = [...filter.shape.keys()];
  const turned = b.op("reverse", [filter], { axes: axes.slice(0, -2) });
  const swapped = transpose(turned, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!], b);
  const before = each(walk, (w) => span(w) - 1 - w.before);
  const after = walk.map((w, i) => {
    const given = (dy.shape[i + 1]! - 1) * w.stride + 1;
    return w.size + span(w) - 1 - given - before[i]!;
  });
  const strides = each(walk, ({ stride }) => stride);
  return conv(
    spread(dy, strides, b),
    swapped,
    {
      strides: walk.map(() => 1),
      dilations: each(walk, ({ dilation }) => dilation),
      before,
      after,
      groups: kind === "depthwise" ? filter.shape.at(-2)! : 1,
    },
    b,
  );
}

/** The filter's gradient: the input convolved with the result's gradient, the batch being what is summed over. */
function ofFilter(x: Node, dy: Node, walk: readonly Walk[], kind: Kind, b: GraphBuilder): Node {
  const [last, places] = [x.shape.length - 1, spatial(x)];
  const steps = {
    strides: each(walk, ({ dilation }) => dilation),
    dilations: each(walk, ({ stride }) => stride),
    before: each(walk, ({ before }) => before),
    after: each(walk, ({ after }) => after),
  };
  const filter = transpose(dy, [...places, 0, last], b); // [..., N, O]
  if (kind === "depthwise") {
    const channels = x.shape[last]!;
    const stacked = transpose(x, [...places, last, 0], b); // [..., C, N]
    const sizes = places.map((i) => x.shape[i]!);
    const image = reshape(stacked, [1, ...sizes, channels * x.shape[0]!], b);
    const grown = conv(image, filter, { ...steps, groups: channels }, b); // [1, ..., C·M]
    return reshape(grown, [...grown.shape.slice(1, -1), channels, dy.shape[last]! / channels], b);
  }
  const image = transpose(x, [last, ...places, 0], b); // [C, ..., N]
  return transpose(conv(image, filter, { ...steps, groups: 1 }, b), [...places, 0, last], b);
}

/** Per-channel values of `[C, 1, 1]` images, as channels-last ones have them. */
const perChannel = (
  inputs: Readonly<Record<string, Node>>,
  attrs: KernelAttributes,
  b: GraphBuilder,
) =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, x]) => [
      name,
      isChannelsFirst(attrs) && x.shape.length === 3 ? transpose(x, [1, 2, 0], b) : x,
    ]),
  );

const convolution =
  (kind: Kind): Kernel =>
  (inputs, attrs, b) => {
    const [x, filter] = [channelsLast(inputs["x"]!, attrs, b), inputs["filter"]!];
    const y = forward(x, filter, walks(x.shape, filter.shape, attrs, kind), kind, b);
    return asAsked(activated(y, perChannel(inputs, attrs, b), attrs, b), attrs, b);
  };

const inputGradient =
  (kind: Kind): Kernel =>
  ({ dy, filter }, attrs, b) => {
    const walk = walks(lastShape(attrs["inputShape"], attrs), filter!.shape, attrs, kind);
    return asAsked(ofInput(channelsLast(dy!, attrs, b), filter!, walk, kind, b), attrs, b);
  };

const filterGradient =
  (kind: Kind): Kernel =>
  ({ x, dy }, attrs, b) => {
    const [image, change] = [channelsLast(x!, attrs, b), channelsLast(dy!, attrs, b)];
    return ofFilter(image, change, walks(image.shape, attrs["filterShape"], attrs, kind), kind, b);
  };

/** @see https://arxiv.org/abs/1603.07285 for the arithmetic of strides, margins and their gradients */
export const convolutions: Kernels = {
  Conv2D: convolution("plain"),
  FusedConv2D: convolution("plain"),
  Conv2DBackpropInput: inputGradient("plain"),
  Conv2DBackpropFilter: filterGradient("plain"),
  DepthwiseConv2dNative: convolution("depthwise"),
  FusedDepthwiseConv2D: convolution("depthwise"),
  DepthwiseConv2dNativeBackpropInput: inputGradient("depthwise"),
  DepthwiseConv2dNativeBackpropFilter: filterGradient("depthwise"),
  Conv3D: convolution("volume"),
  Conv3DBackpropInputV2: inputGradient("volume"),
  Conv3DBackpropFilterV2: filterGradient("volume"),
};
