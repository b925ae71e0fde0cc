import * as tf from "@tensorflow/tfjs-core";
import { assertPairs } from "./same-shape.js";

/**
 * How far embeddings moved from a frozen teacher's: `mean_{i,d} (x_id − t_id)²`.
 *
 * @param x `[B, D]` unit-norm embeddings
 * @param teacher `[B, D]` the teacher's of the same items
 * @returns `[]`, from 0 to 4 / D
 */
export function embeddingMse(x: tf.Tensor2D, teacher: tf.Tensor2D): tf.Scalar {
  assertPairs("embeddingMse", { x, teacher });
  return tf.tidy(() => tf.mean(tf.square(tf.sub(x, teacher))) as tf.Scalar);
}

/**
 * How far embeddings turned from a frozen teacher's: `mean_i (1 − x_i·t_i)`.
 *
 * @param x `[B, D]` unit-norm embeddings
 * @param teacher `[B, D]` the teacher's of the same items, unit norm
 * @returns `[]`, from 0 to 2
 */
export function embeddingCosine(x: tf.Tensor2D, teacher: tf.Tensor2D): tf.Scalar {
  assertPairs("embeddingCosine", { x, teacher });
  return tf.tidy(() => tf.sub(1, tf.mean(tf.sum(tf.mul(x, teacher), 1))) as tf.Scalar);
}

/** The unit-norm embeddings `[B, D]` of both towers. */
export interface Embeddings {
  readonly image: tf.Tensor2D;
  readonly text: tf.Tensor2D;
}

/**
 * How far the scores of all image–text combinations moved from a frozen teacher's:
 * `mean_ij (x_i·y_j − x'_i·y'_j)²`. Unlike the two above it lets both towers turn together, and the
 * teacher may have another dimension.
 *
 * @param own `[B, D]` twice
 * @param teacher `[B, D']` twice
 * @returns `[]`, from 0 to 4
 * @see similarity-preserving distillation, https://arxiv.org/abs/1907.09682
 */
export function similarityMse(own: Embeddings, teacher: Embeddings): tf.Scalar {
  assertPairs("similarityMse", { image: own.image, text: own.text });
  assertPairs("similarityMse: the teacher", { image: teacher.image, text: teacher.text });
  return tf.tidy(() => {
    const scores = ({ image, text }: Embeddings) => tf.matMul(image, text, false, true); // [B, B]
    return tf.mean(tf.square(tf.sub(scores(own), scores(teacher)))) as tf.Scalar;
  });
}
