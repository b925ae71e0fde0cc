import * as tf from "@tensorflow/tfjs-core";

/** SimCLR draws the deviation from 0.1 to 2 pixels of a picture of 224. */
const referenceSide = 224;
export const blurRange = [0.1 / referenceSide, 2 / referenceSide] as const;

/**
 * Gaussian blur as a matrix product along each side, so that it runs inside the compiled program.
 *
 * @param pixels `[B, S, S, 3]`
 * @param deviation `[B]` of the Gaussian, as a share of the side; 0 leaves a picture as it is
 * @returns `[B, S, S, 3]`
 */
export function blur(pixels: tf.Tensor4D, deviation: tf.Tensor): tf.Tensor4D {
  const [batch, side] = pixels.shape;
  const distances = Float32Array.from({ length: side * side }, (_, i) => {
    const apart = (Math.floor(i / side) - (i % side)) / side;
    return apart * apart;
  });
  const squares = tf.tensor3d(distances, [1, side, side]);
  const spread = tf.reshape(tf.maximum(tf.square(deviation), 1e-12), [batch, 1, 1]);
  const kernel = tf.exp(tf.neg(tf.div(squares, tf.mul(spread, 2)))); // [B, S, S]
  const weights = tf.div(kernel, tf.sum(kernel, 2, true)); // rows sum to 1
  const columns = tf.matMul(weights, tf.reshape(pixels, [batch, side, side * 3])); // [B, S, S·3]
  const turned = tf.transpose(tf.reshape(columns, [batch, side, side, 3]), [0, 2, 1, 3]);
  const rows = tf.matMul(weights, tf.reshape(turned, [batch, side, side * 3]));
  return tf.transpose(tf.reshape(rows, [batch, side, side, 3]), [0, 2, 1, 3]) as tf.Tensor4D;
}
