import * as tf from "@tensorflow/tfjs-core";
import { bothDirections, crossEntropy, marksOf, scaledCosines } from "./contrast.js";
import { assertPairs, assertShape } from "./same-shape.js";

export interface InfoNceOptions {
  /** `[B, B]` of 0 and 1, rows are images; each row and column needs at least one 1. The identity unless given. */
  readonly positives?: tf.Tensor2D | undefined;
  /**
   * `[B, B]` of 0 and 1, twice: pairs left out of the negatives, image → text with images as rows and
   * text → image with texts as rows; see `falseNegatives`.
   */
  readonly excluded?: readonly [tf.Tensor2D, tf.Tensor2D] | undefined;
}

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
 * @returns `[]` mean of the image-to-text and text-to-image cross-entropies, in nats
 * @see CLIP, https://arxiv.org/abs/2103.00020, figure 3; SupCon, https://arxiv.org/abs/2004.11362
 */
export function infoNce(
  image: tf.Tensor2D,
  text: tf.Tensor2D,
  logitScale: tf.Scalar,
  { positives, excluded }: InfoNceOptions = {},
): tf.Scalar {
  assertPairs("infoNce", { image, text });
  const rows = image.shape[0];
  assertShape("infoNce: logitScale", logitScale, []);
  if (positives) assertShape("infoNce: positives", positives, [rows, rows]);
  for (const mask of excluded ?? []) assertShape("infoNce: excluded", mask, [rows, rows]);
  return tf.tidy(() => {
    const marks = marksOf(positives, rows);
    const logits = scaledCosines(image, text, logitScale); // [B, B]
    return bothDirections(
      crossEntropy(logits, marks, excluded?.[0]),
      crossEntropy(tf.transpose(logits), tf.transpose(marks), excluded?.[1]),
    );
  });
}
