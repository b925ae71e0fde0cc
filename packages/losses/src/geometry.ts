import * as tf from "@tensorflow/tfjs-core";
import { assertPairs } from "./same-shape.js";

/** Below this a squared distance is rounding noise, and the root's slope would swamp the gradient. */
const leastSquare = 1e-12;

/**
 * How close the two halves of each pair are: `mean ‖x_i − y_i‖^alpha`. On unit vectors with alpha 2
 * it is `2 − 2 cos`, from 0 (equal) to 4 (opposite).
 *
 * @param x `[B, D]` unit-norm embeddings
 * @param y `[B, D]` unit-norm embeddings, row i belonging to row i of `x`
 * @returns `[]`, lower is better
 * @see Wang & Isola, https://arxiv.org/abs/2005.10242
 */
export function alignment(x: tf.Tensor2D, y: tf.Tensor2D, alpha = 2): tf.Scalar {
  assertPairs("alignment", { x, y });
  return tf.tidy(() => {
    const squares = tf.sum(tf.square(tf.sub(x, y)), 1); // [B]
    const powers = alpha === 2 ? squares : tf.pow(tf.maximum(squares, leastSquare), alpha / 2);
    return tf.mean(powers) as tf.Scalar;
  });
}

/**
 * How evenly embeddings spread over the sphere: `log mean_{i<j} exp(−t ‖x_i − x_j‖²)`.
 *
 * @param x `[B, D]` unit-norm embeddings, B of at least 2
 * @returns `[]`, lower is better: 0 when all rows are equal, about −3.98 for t = 2 and uniform in 512 dimensions
 * @see Wang & Isola, https://arxiv.org/abs/2005.10242
 */
export function uniformity(x: tf.Tensor2D, t = 2): tf.Scalar {
  assertPairs("uniformity", { x }, 2);
  const rows = x.shape[0];
  return tf.tidy(() => {
    const norms = tf.sum(tf.square(x), 1, true); // [B, 1]
    const products = tf.matMul(x, x, false, true); // [B, B]
    const squares = tf.sub(tf.add(norms, tf.transpose(norms)), tf.mul(products, 2)); // [B, B]
    // The diagonal leaves the sum by −∞'s stand-in; i<j and i>j are equal, so both stay and the mean is unchanged.
    const exponents = tf.sub(tf.mul(squares, -t), tf.mul(tf.eye(rows), 1e9));
    const total = tf.logSumExp(tf.reshape(exponents, [rows * rows]));
    return tf.sub(total, Math.log(rows * (rows - 1))) as tf.Scalar;
  });
}

/**
 * Distance between the centres of the two towers' embeddings: `‖mean(image) − mean(text)‖`.
 *
 * @param image `[B, D]` unit-norm image embeddings
 * @param text `[B, D]` unit-norm text embeddings
 * @returns `[]`, from 0 to 2; OpenAI's CLIP has about 0.82
 * @see Liang et al., https://arxiv.org/abs/2203.02053
 */
export function modalityGap(image: tf.Tensor2D, text: tf.Tensor2D): tf.Scalar {
  assertPairs("modalityGap", { image, text });
  return tf.tidy(() => {
    const between = tf.sub(tf.mean(image, 0), tf.mean(text, 0)); // [D]
    return tf.sqrt(tf.maximum(tf.sum(tf.square(between)), leastSquare)) as tf.Scalar;
  });
}
