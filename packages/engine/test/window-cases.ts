import * as tf from "@tensorflow/tfjs-core";
import { arraysFrom } from "./random-arrays.js";
import type { Case } from "./run-program.js";

const { float, int } = arraysFrom(8);

const on = (inputs: Case["inputs"], run: Case["run"]): Case => ({ inputs, run });

type Image = tf.Tensor4D;
type Volume = tf.Tensor5D;

/** The result and both gradients, so that each case asks for all three kernels. */
const withGradients =
  (run: (x: tf.Tensor, filter: tf.Tensor) => tf.Tensor): Case["run"] =>
  (x, filter) => {
    const loss = (...z: tf.Tensor[]) =>
      tf.mul(tf.mean(tf.square(run(z[0]!, z[1]!))), 10) as tf.Scalar;
    return [run(x!, filter!), ...tf.grads(loss)([x!, filter!])];
  };

const strides = [1, 2, [2, 1]] as const;

const withGradient =
  (run: (x: tf.Tensor) => tf.Tensor): Case["run"] =>
  (x) => [run(x!), tf.grad((z) => tf.mean(tf.square(run(z))))(x!)];

type Pool = (
  x: tf.Tensor,
  size: [number, number],
  stride: number,
  pad: "same" | "valid",
) => tf.Tensor;
type VolumePool = (
  x: tf.Tensor,
  size: [number, number, number],
  pad: "same" | "valid",
) => tf.Tensor;

const pooled = (run: Pool): Case[] =>
  [1, 2, 3].flatMap((stride) =>
    (["same", "valid"] as const).map((pad) =>
      on(
        [float([2, 6, 5, 3])],
        withGradient((x) => run(x, [3, 2], stride, pad)),
      ),
    ),
  );

const volumes = (run: VolumePool): Case[] =>
  (["same", "valid"] as const).map((pad) =>
    on(
      [float([1, 4, 5, 4, 2])],
      // Square, for tfjs's cpu backend mistakes heights for widths in its gradient of maxPool3d.
      withGradient((x) => run(x, [3, 2, 2], pad)),
    ),
  );

type Resize = (x: tf.Tensor, size: [number, number], align: boolean, half: boolean) => tf.Tensor;

/**
 * One square image: tfjs's cpu backend swaps height and width in one gradient, reads past the end of a batch in
 * the other, and knows half pixels in neither.
 */
const resizings = (run: Resize): Case[] => [
  ...([3, 7, 8, 1] as const).flatMap((size) =>
    [false, true].map((align) =>
      on(
        [float([1, 4, 4, 3])],
        withGradient((x) => run(x, [size, size], align, false)),
      ),
    ),
  ),
  on([float([2, 4, 6, 3])], (x) => run(x!, [7, 3], false, true)),
];

export const windowCases: Record<string, readonly Case[]> = {
  conv2d: strides.flatMap((stride) =>
    (["same", "valid", 1] as const).map((pad) =>
      on(
        [float([2, 6, 5, 3], -1, 1), float([3, 2, 3, 4], -1, 1)],
        withGradients((x, f) => tf.conv2d(x as Image, f as Image, stride as number, pad)),
      ),
    ),
  ),
  "conv2d, dilated or with the channels first": [
    on([float([2, 7, 6, 2]), float([2, 3, 2, 3])], (x, f) =>
      tf.conv2d(x as Image, f as Image, 1, "same", "NHWC", [2, 1]),
    ),
    on(
      [float([2, 3, 6, 5], -1, 1), float([3, 2, 3, 4], -1, 1)],
      withGradients((x, f) => tf.conv2d(x as Image, f as Image, 2, "same", "NCHW")),
    ),
  ],
  "fused.conv2d": (["linear", "relu", "elu"] as const).map((activation) =>
    on([float([1, 5, 5, 2]), float([3, 3, 2, 4]), float([4])], (x, f, bias) =>
      tf.fused.conv2d({
        x: x as Image,
        filter: f as Image,
        strides: 1,
        pad: "same",
        bias: bias!,
        activation,
      }),
    ),
  ),
  conv2dTranspose: [
    on([float([2, 3, 4, 2]), float([3, 3, 5, 2])], (x, f) =>
      tf.conv2dTranspose(x as Image, f as Image, [2, 6, 8, 5], 2, "same"),
    ),
  ],
  depthwiseConv2d: [
    ...([1, 2] as const).map((stride) =>
      on(
        [float([2, 6, 5, 3], -1, 1), float([3, 2, 3, 2], -1, 1)],
        withGradients((x, f) => tf.depthwiseConv2d(x as Image, f as Image, stride, "same")),
      ),
    ),
    on([float([1, 6, 6, 2]), float([2, 2, 2, 1])], (x, f) =>
      tf.depthwiseConv2d(x as Image, f as Image, 1, "valid", "NHWC", 2),
    ),
  ],
  "fused.depthwiseConv2d": [
    on([float([1, 5, 5, 2]), float([3, 3, 2, 2]), float([4])], (x, f, bias) =>
      tf.fused.depthwiseConv2d({
        x: x as Image,
        filter: f as Image,
        strides: 1,
        pad: "same",
        bias: bias!,
        activation: "relu",
      }),
    ),
  ],
  conv3d: (["same", "valid"] as const).map((pad) =>
    on(
      [float([2, 4, 5, 4, 2], -1, 1), float([2, 3, 2, 2, 3], -1, 1)],
      withGradients((x, f) => tf.conv3d(x as Volume, f as Volume, [1, 2, 1], pad)),
    ),
  ),
  maxPool: pooled((x, size, stride, pad) => tf.maxPool(x as Image, size, stride, pad)),
  avgPool: pooled((x, size, stride, pad) => tf.avgPool(x as Image, size, stride, pad)),
  "maxPool of integers": [on([int([1, 4, 4, 2])], (x) => tf.maxPool(x as Image, 2, 1, "same"))],
  maxPool3d: volumes((x, size, pad) => tf.maxPool3d(x as Volume, size, 2, pad)),
  avgPool3d: volumes((x, size, pad) => tf.avgPool3d(x as Volume, size, 2, pad)),
  maxPoolWithArgmax: [false, true].map((withBatch) =>
    on([float([2, 5, 4, 3])], (x) =>
      Object.values(tf.maxPoolWithArgmax(x as Image, [3, 2], 2, "same", withBatch)),
    ),
  ),
  resizeBilinear: resizings((x, size, align, half) =>
    tf.image.resizeBilinear(x as Image, size, align, half),
  ),
  resizeNearestNeighbor: [
    ...resizings((x, size, align, half) =>
      tf.image.resizeNearestNeighbor(x as Image, size, align, half),
    ),
    on([int([1, 3, 3, 2])], (x) => tf.image.resizeNearestNeighbor(x as Image, [5, 2])),
  ],
};
