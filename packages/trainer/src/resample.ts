import * as tf from "@tensorflow/tfjs-core";

/** Keys' cubic with a = −0.5 at distances `t >= 0`, in truncated powers: two cubics, no branches. */
function cubic(t: tf.Tensor): tf.Tensor {
  const outer = tf.relu(tf.sub(2, t));
  const inner = tf.relu(tf.sub(1, t));
  // −½ (t − 1)(2 − t)² up to 2; below 1 the other cubic exceeds it by (1 − t)²(2t − 1).
  return tf.add(
    tf.mul(tf.mul(tf.sub(t, 1), -0.5), tf.square(outer)),
    tf.mul(tf.sub(tf.mul(t, 2), 1), tf.square(inner)),
  );
}

/**
 * Bicubic resampling as a matrix a picture, as PIL does it: the kernel widens when shrinking
 * (antialiasing) and is normalised over the taps inside the picture. Rows whose pixel lies outside
 * are 0, and those on the edge fade by the share that lies inside.
 *
 * @param start `[B]` where the crop begins, 0 to 1 being the picture
 * @param extent `[B]` its size; negative mirrors
 * @returns `[B, outputs, inputs]`
 */
export function resampling(
  start: tf.Tensor,
  extent: tf.Tensor,
  { inputs, outputs }: { readonly inputs: number; readonly outputs: number },
): tf.Tensor3D {
  const column = (x: tf.Tensor) => tf.reshape(x, [-1, 1]); // [B, 1]
  const places = tf.tensor2d(
    Float32Array.from({ length: outputs }, (_, j) => (j + 0.5) / outputs),
    [1, outputs],
  );
  const taps = tf.tensor3d(
    Float32Array.from({ length: inputs }, (_, i) => i + 0.5),
    [1, 1, inputs],
  );
  const centers = tf.mul(tf.add(column(start), tf.mul(column(extent), places)), inputs); // [B, S]
  const step = tf.mul(tf.abs(column(extent)), inputs / outputs); // [B, 1] input pixels an output pixel
  const support = tf.maximum(step, 1); // [B, 1]
  const distance = tf.abs(tf.sub(taps, tf.reshape(centers, [-1, outputs, 1]))); // [B, S, C]
  const weights = cubic(tf.div(distance, tf.reshape(support, [-1, 1, 1]))); // [B, S, C]
  const sums = tf.sum(weights, 2); // [B, S]
  const toEdge = tf.minimum(centers, tf.sub(inputs, centers)); // [B, S]
  const inside = tf.minimum(tf.relu(tf.add(tf.div(toEdge, step), 0.5)), 1); // [B, S]
  // Where a sum nearly vanishes the pixel is outside anyway and `inside` is 0.
  const factors = tf.div(inside, tf.maximum(sums, tf.mul(support, 0.02))); // [B, S]
  return tf.mul(weights, tf.reshape(factors, [-1, outputs, 1])) as tf.Tensor3D;
}
