import * as tf from "@tensorflow/tfjs-core";
import { assertPairs } from "./same-shape.js";

/**
 * Which negatives a guide, such as the frozen base model, takes for positives: those that it finds
 * closer to an anchor than the anchor's own pair, by more than `margin`. For `infoNce`'s `excluded`.
 *
 * @param anchors `[B, D]` the guide's unit-norm embeddings
 * @param candidates `[B, D]` the guide's unit-norm embeddings, row i belonging to anchor i
 * @param margin added to the cosine of the anchor's own pair; negative ones exclude more
 * @returns `[B, B]` of 0 and 1, rows are anchors; the diagonal is 0
 * @see GISTEmbed, https://arxiv.org/abs/2402.16829
 */
export function falseNegatives(
  anchors: tf.Tensor2D,
  candidates: tf.Tensor2D,
  margin = 0,
): tf.Tensor2D {
  assertPairs("falseNegatives", { anchors, candidates });
  return tf.tidy(() => {
    const cosines = tf.matMul(anchors, candidates, false, true); // [B, B]
    const own = tf.sum(tf.mul(anchors, candidates), 1, true); // [B, 1]
    const closer = tf.cast(tf.greater(cosines, tf.add(own, margin)), "float32");
    return tf.mul(closer, tf.sub(1, tf.eye(anchors.shape[0]))) as tf.Tensor2D;
  });
}
