import * as tf from "@tensorflow/tfjs-core";

const fract = (x: tf.Tensor): tf.Tensor => tf.sub(x, tf.floor(x));

/**
 * Uniform noise in [0, 1), a pure function of shape and seed: after Dave Hoskins' "hash without sine" over (row,
 * column, seed), which needs only +, × and floor, so every engine draws the same numbers up to rounding. The
 * multipliers are roots, because with his (.1031, .1030, .0973) columns repeat after 1,000 and seeds after 10,000.
 *
 * @param seed `[]` from 0 up to 2²⁴; fractional parts count
 * @returns `[rows, columns]`
 */
export function uniformNoise(rows: number, columns: number, seed: tf.Scalar): tf.Tensor2D {
  return tf.tidy(() => {
    // Two limbs: one product would lose the low bits of a large seed.
    const high = tf.floor(tf.div(seed, 1024));
    const low = tf.sub(seed, tf.mul(high, 1024));
    const s = fract(tf.mul(low, 0.0973)); // []
    const shift = tf.mul(high, Math.sqrt(3) - 1); // []
    const row = tf.reshape(tf.range(0, rows), [rows, 1]);
    const column = tf.reshape(tf.range(0, columns), [1, columns]);
    const r = fract(tf.add(tf.mul(row, Math.SQRT2 - 1), fract(shift))); // [rows, 1]
    const c = fract(tf.mul(column, Math.SQRT1_2)); // [1, columns]
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
