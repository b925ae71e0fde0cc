import * as tf from "@tensorflow/tfjs-core";

const fract = (x: tf.Tensor): tf.Tensor => tf.sub(x, tf.floor(x));

/**
 * Uniform noise in [0, 1), a pure function of shape and seed: Dave Hoskins' "hash without sine" over (row, column,
 * seed), which needs only +, × and floor, so every engine draws the same numbers up to rounding.
 *
 * @param seed `[]` any number; fractional parts count
 * @returns `[rows, columns]`
 */
export function uniformNoise(rows: number, columns: number, seed: tf.Scalar): tf.Tensor2D {
  return tf.tidy(() => {
    const r = fract(tf.mul(tf.reshape(tf.range(0, rows), [rows, 1]), 0.1031)); // [rows, 1]
    const c = fract(tf.mul(tf.reshape(tf.range(0, columns), [1, columns]), 0.103)); // [1, columns]
    const s = fract(tf.mul(seed, 0.0973)); // []
    const fold = tf.add(
      tf.add(tf.mul(r, tf.add(c, 33.33)), tf.mul(c, tf.add(s, 33.33))),
      tf.mul(s, tf.add(r, 33.33)),
    ); // [rows, columns]
    const mixed = tf.mul(tf.add(tf.add(r, c), tf.mul(fold, 2)), tf.add(s, fold));
    return fract(mixed) as tf.Tensor2D;
  });
}

/**
 * Inverted dropout with counter-based noise: each element is kept with probability `1 − rate` and then
 * divided by it. The same `(shape, seed)` gives the same mask, so a resumed run repeats it.
 *
 * @param x `[..., D]`
 * @param seed `[]` different for every step and place of use
 */
export function dropout(x: tf.Tensor, rate: number, seed: tf.Scalar): tf.Tensor {
  if (rate === 0) return x;
  return tf.tidy(() => {
    const columns = x.shape.at(-1) ?? 1;
    const noise = uniformNoise(x.size / columns, columns, seed);
    const keep = tf.cast(tf.greaterEqual(noise, rate), "float32");
    return tf.mul(x, tf.reshape(tf.mul(keep, 1 / (1 - rate)), x.shape));
  });
}
