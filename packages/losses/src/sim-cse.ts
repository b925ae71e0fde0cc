import * as tf from "@tensorflow/tfjs-core";
import { crossEntropy, marksOf, scaledCosines } from "./contrast.js";
import { assertPairs, assertShape } from "./same-shape.js";

/**
 * SimCSE: the same texts encoded twice, with dropout as the only difference; each finds itself among
 * the second encodings.
 *
 * @param x `[B, D]` unit-norm text embeddings under one dropout mask
 * @param y `[B, D]` unit-norm embeddings of the same texts under another
 * @param logitScale `[]` inverse temperature; the paper's is 20
 * @param positives `[B, B]` of 0 and 1: equal texts are no negatives of one another
 * @returns `[]` in nats
 * @see https://arxiv.org/abs/2104.08821, equation 4
 */
export function simCse(
  x: tf.Tensor2D,
  y: tf.Tensor2D,
  logitScale: tf.Scalar,
  positives?: tf.Tensor2D,
): tf.Scalar {
  assertPairs("simCse", { x, y });
  const rows = x.shape[0];
  assertShape("simCse: logitScale", logitScale, []);
  if (positives) assertShape("simCse: positives", positives, [rows, rows]);
  return tf.tidy(() => crossEntropy(scaledCosines(x, y, logitScale), marksOf(positives, rows)));
}
