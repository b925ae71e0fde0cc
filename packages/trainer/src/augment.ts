import * as tf from "@tensorflow/tfjs-core";
import { resampling } from "./resample.js";

export interface ViewInputs {
  /** `[B, C, C, 3]` 0 to 255: whole pictures, squashed to squares. */
  readonly canvases: tf.Tensor;
  /** `[B, 4]` left, top, width, height in unit coordinates. */
  readonly boxes: tf.Tensor;
  /** `[B, 12]` row-major 3 × 4 matrices on RGB. */
  readonly colors: tf.Tensor;
}

/**
 * Crops, resizes and recolours a batch inside the compiled program: two resampling matrices and a
 * colour matrix a picture, so the host only draws numbers. Computes on 255 − value, where the white
 * beyond the picture is 0.
 *
 * @param size side S of the result
 * @returns `[B, S, S, 3]` floats, 0 to 255, not rounded
 */
export function augment({ canvases, boxes, colors }: ViewInputs, size: number): tf.Tensor4D {
  const [batch, side] = canvases.shape as [number, number];
  const [x, y, width, height] = tf.split(boxes, 4, 1); // [B, 1] each
  const columns = resampling(x!, width!, { inputs: side, outputs: size }); // [B, S, C]
  const rows = resampling(y!, height!, { inputs: side, outputs: size }); // [B, S, C]
  const ink = tf.sub(255, tf.cast(canvases, "float32"));
  const squeezed = tf.matMul(rows, tf.reshape(ink, [batch, side, side * 3])); // [B, S, C·3]
  const planes = tf.transpose(tf.reshape(squeezed, [batch, size, side, 3]), [0, 3, 1, 2]);
  const lines = tf.reshape(planes, [batch, 3 * size, side]); // [B, 3·S, C]
  const cropped = tf.matMul(lines, columns, false, true); // [B, 3·S, S]
  const rgb = clip(tf.sub(255, tf.reshape(cropped, [batch, 3, size * size]))); // [B, 3, S·S]
  const recolored = tf.reshape(recolor(rgb, colors), [batch, 3, size, size]);
  return tf.transpose(recolored, [0, 2, 3, 1]) as tf.Tensor4D;
}

function recolor(rgb: tf.Tensor, colors: tf.Tensor): tf.Tensor {
  const matrices = tf.reshape(colors, [-1, 3, 4]);
  const linear = tf.slice(matrices, [0, 0, 0], [-1, 3, 3]);
  const offset = tf.slice(matrices, [0, 0, 3], [-1, 3, 1]); // [B, 3, 1]
  return clip(tf.add(tf.matMul(linear, rgb), offset));
}

const clip = (x: tf.Tensor): tf.Tensor => tf.minimum(tf.relu(x), 255);
