import * as tf from "@tensorflow/tfjs-core";
import { assertPairs, assertShape } from "./same-shape.js";

/**
 * Symmetric InfoNCE over in-batch negatives: row i of `image` is paired with row i of `text`.
 *
 * Without `positives` every other row is a negative. With it, row i's target is the uniform
 * distribution over the columns marked 1, and the loss is the cross-entropy against that
 * (SupCon's "out" form), once along rows and once along columns.
 *
 * @param image `[B, D]` unit-norm image embeddings
 * @param text `[B, D]` unit-norm text embeddings
 * @param logitScale `[]` inverse temperature
 * @param positives `[B, B]` of 0 and 1, rows are images; each row and column needs at least one 1
 * @returns `[]` mean of the image-to-text and text-to-image cross-entropies, in nats
 * @see CLIP, https://arxiv.org/abs/2103.00020, figure 3; SupCon, https://arxiv.org/abs/2004.11362
 */
export function infoNce(
  image: tf.Tensor2D,
  text: tf.Tensor2D,
  logitScale: tf.Scalar,
  positives?: tf.Tensor2D,
): tf.Scalar {
  assertPairs("infoNce", { image, text });
  const rows = image.shape[0];
  assertShape("infoNce: logitScale", logitScale, []);
  if (positives) assertShape("infoNce: positives", positives, [rows, rows]);
  return tf.tidy(() => {
    const marks = positives ? tf.cast(positives, "float32") : tf.eye(rows);
    const logits = tf.mul(logitScale, tf.matMul(image, text, false, true)) as tf.Tensor2D; // [B, B]
    const imageToText = crossEntropy(logits, marks);
    const textToImage = crossEntropy(tf.transpose(logits), tf.transpose(marks));
    return tf.mul(tf.add(imageToText, textToImage), 0.5) as tf.Scalar;
  });
}

/** Mean over rows of `-Σ target · log softmax(logits)`, where the target shares 1 among the marked columns. */
function crossEntropy(logits: tf.Tensor2D, marks: tf.Tensor2D): tf.Tensor {
  const target = tf.div(marks, tf.sum(marks, 1, true)); // [B, B]
  return tf.neg(tf.mean(tf.sum(tf.mul(target, tf.logSoftmax(logits)), 1)));
}
