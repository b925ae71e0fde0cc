import * as tf from "@tensorflow/tfjs-core";
import { marksOf, scaledCosines } from "./contrast.js";
import { assertPairs, assertShape } from "./same-shape.js";

export interface SiglipScale {
  /** `[]` inverse temperature. */
  readonly logitScale: tf.Scalar;
  /** `[]` added to every logit; see `siglipBias`. */
  readonly logitBias: tf.Scalar;
}

/**
 * SigLIP: every image–text combination is a yes-or-no question of its own,
 * `−1/B Σ_ij log σ(z_ij (s · x_i·y_j + b))` with z 1 for positives and −1 for all else.
 *
 * @param image `[B, D]` unit-norm image embeddings
 * @param text `[B, D]` unit-norm text embeddings
 * @param positives `[B, B]` of 0 and 1, rows are images; the identity unless given
 * @returns `[]` in nats per image
 * @see https://arxiv.org/abs/2303.15343, equation 1
 */
export function siglip(
  image: tf.Tensor2D,
  text: tf.Tensor2D,
  { logitScale, logitBias }: SiglipScale,
  positives?: tf.Tensor2D,
): tf.Scalar {
  assertPairs("siglip", { image, text });
  const rows = image.shape[0];
  assertShape("siglip: logitScale", logitScale, []);
  assertShape("siglip: logitBias", logitBias, []);
  if (positives) assertShape("siglip: positives", positives, [rows, rows]);
  return tf.tidy(() => {
    const logits = tf.add(scaledCosines(image, text, logitScale), logitBias); // [B, B]
    const signs = tf.sub(tf.mul(marksOf(positives, rows), 2), 1); // [B, B]
    // −log σ(a) = softplus(−a), which does not overflow.
    const losses = tf.softplus(tf.neg(tf.mul(signs, logits)));
    return tf.div(tf.sum(losses), rows) as tf.Scalar;
  });
}

/**
 * The bias to begin with when a model trained by softmax goes on under `siglip`: the one that is best
 * for these logits. Where the loss is flat in b, the expected number of positives `Σ σ(logit + b)`
 * equals the true one. (SigLIP's own −10 is for models that start from nothing.)
 *
 * @param logits `s · x_i·y_j` of any combinations, in plain numbers
 * @param positives how many of them are positives, more than 0 and fewer than all
 */
export function siglipBias(logits: ArrayLike<number>, positives: number): number {
  const count = logits.length;
  if (!(positives > 0 && positives < count)) {
    throw new Error(
      `siglipBias: ${positives} of ${count} logits are positives; it must be more than 0 and fewer than all.`,
    );
  }
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < count; i++) {
    least = Math.min(least, logits[i]!);
    most = Math.max(most, logits[i]!);
  }
  const odds = Math.log(positives / (count - positives));
  // All logits equal to the greatest or to the least would give these two, so the answer lies between.
  let [low, high] = [odds - most, odds - least];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    let expected = 0;
    for (let j = 0; j < count; j++) expected += 1 / (1 + Math.exp(-(logits[j]! + middle)));
    if (expected < positives) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
