import * as tf from "@tensorflow/tfjs-core";
import type { GraphBuilder, Node } from "../../graph/graph.js";
import type { Kernels } from "./kernel.js";

const reshape = (x: Node, shape: readonly number[], b: GraphBuilder): Node =>
  b.op("reshape", [x], { shape });

const { getReshaped, getPermuted, getReshapedPermuted } = tf.backend_util;

/** Blocks of an image's pixels moved between its plane, its channels and its batch: reshapes around a transpose. */
export const spaces: Kernels = {
  /** `[N, H, W, s·s·C]` → `[N, s·H, s·W, C]` */
  DepthToSpace: ({ x }, { blockSize: s }, b) => {
    const [n, h, w, depth] = x!.shape as [number, number, number, number];
    const channels = depth / (s * s);
    const blocks = reshape(x!, [n, h, w, s, s, channels], b);
    const woven = b.op("transpose", [blocks], { perm: [0, 1, 3, 2, 4, 5] });
    return reshape(woven, [n, h * s, w * s, channels], b);
  },
  SpaceToBatchND: ({ x }, { blockShape, paddings }, b) => {
    const block = blockShape as number[];
    const rest = x!.shape.slice(1 + block.length).map(() => [0, 0]);
    const margins = [[0, 0], ...(paddings as number[][]), ...rest];
    const padded = b.op("pad", [x!], {
      before: margins.map(([before]) => before!),
      after: margins.map(([, after]) => after!),
      value: 0,
    });
    const size = tf.util.sizeFromShape(block);
    const shape = [...padded.shape];
    const blocks = reshape(padded, getReshaped(shape, block, size, false), b);
    const perm = getPermuted(blocks.shape.length, block.length, false);
    const turned = b.op("transpose", [blocks], { perm });
    return reshape(turned, getReshapedPermuted(shape, block, size, false), b);
  },
  BatchToSpaceND: ({ x }, { blockShape, crops }, b) => {
    const block = blockShape as number[];
    const size = tf.util.sizeFromShape(block);
    const shape = [...x!.shape];
    const blocks = reshape(x!, getReshaped(shape, block, size), b);
    const perm = getPermuted(blocks.shape.length, block.length);
    const woven = getReshapedPermuted(shape, block, size);
    const whole = reshape(b.op("transpose", [blocks], { perm }), woven, b);
    const cropped = crops as number[][];
    const begin = woven.map((_, i) => cropped[i - 1]?.[0] ?? 0);
    const end = woven.map((d, i) => d - (cropped[i - 1]?.[1] ?? 0));
    return b.op("slice", [whole], { begin, end, strides: begin.map(() => 1) });
  },
  FlipLeftRight: ({ image }, _, b) => b.op("reverse", [image!], { axes: [2] }),
};
