import * as tf from "@tensorflow/tfjs-core";
import { bothDirections, marksOf, never, scaledCosines, sharesOf } from "./contrast.js";
import { assertPairs, assertShape } from "./same-shape.js";

/**
 * Decoupled contrastive learning: InfoNCE without the positives in the denominator, so that an easy
 * positive no longer weakens the push of its negatives. For small batches.
 * `mean_i [−s x_i·y_i + log Σ_{j negative} exp(s x_i·y_j)]`, over both directions.
 *
 * @param image `[B, D]` unit-norm image embeddings, B of at least 2
 * @param text `[B, D]` unit-norm text embeddings
 * @param logitScale `[]` inverse temperature
 * @param positives `[B, B]` of 0 and 1, rows are images; a row without negatives is only pulled
 * @returns `[]`, may be negative
 * @see https://arxiv.org/abs/2110.06848, equation 6
 */
export function decoupledNce(
  image: tf.Tensor2D,
  text: tf.Tensor2D,
  logitScale: tf.Scalar,
  positives?: tf.Tensor2D,
): tf.Scalar {
  check("decoupledNce", { image, text }, logitScale, positives);
  return symmetric({ image, text, logitScale, positives }, (logits, marks) => {
    const { pushes, some } = pushOf(logits, marks);
    const pull = tf.sum(tf.mul(sharesOf(marks), logits), 1); // [B]
    return tf.mean(tf.sub(tf.mul(pushes, some), pull)) as tf.Scalar;
  });
}

export interface HardNegativeOptions {
  /** How much harder negatives count: a negative's weight is proportional to exp(beta · s · cos); 0 is InfoNCE. */
  readonly beta?: number;
  /** `[B, B]` of 0 and 1, rows are images; a row without negatives loses nothing. */
  readonly positives?: tf.Tensor2D | undefined;
}

/**
 * InfoNCE in which hard negatives count more: each negative's share of the denominator is weighted by
 * `w_ij = N_i exp(β s x_i·y_j) / Σ_k exp(β s x_i·y_k)`, whose mean over the N_i negatives is 1. Each
 * positive is set against the negatives alone.
 *
 * @param image `[B, D]` unit-norm image embeddings, B of at least 2
 * @param text `[B, D]` unit-norm text embeddings
 * @param logitScale `[]` inverse temperature
 * @returns `[]` in nats
 * @see Robinson et al., https://arxiv.org/abs/2010.04592, without its debiasing; DiHT, https://arxiv.org/abs/2301.02280
 */
export function hardNegativeNce(
  image: tf.Tensor2D,
  text: tf.Tensor2D,
  logitScale: tf.Scalar,
  { beta = 0.25, positives }: HardNegativeOptions = {},
): tf.Scalar {
  check("hardNegativeNce", { image, text }, logitScale, positives);
  return symmetric({ image, text, logitScale, positives }, (logits, marks) => {
    const rows = logits.shape[1];
    // Σ_j w_ij e^{l_ij} = N_i Σ e^{(1+β) l} / Σ e^{β l}: three log-sums, none of which overflows.
    const hard = pushOf(tf.mul(logits, 1 + beta), marks);
    const weights = pushOf(tf.mul(logits, beta), marks);
    const negatives = tf.maximum(tf.sub(rows, tf.sum(marks, 1)), 1); // [B]
    const pushes = tf.add(tf.sub(hard.pushes, weights.pushes), tf.log(negatives)); // [B]
    // log(e^{l_p} + push) − l_p = softplus(log push − l_p) for each positive p.
    const gaps = tf.softplus(tf.sub(tf.reshape(pushes, [-1, 1]), logits)); // [B, B]
    const losses = tf.sum(tf.mul(sharesOf(marks), gaps), 1); // [B]
    return tf.mean(tf.mul(losses, hard.some)) as tf.Scalar;
  });
}

/** `log Σ exp` over each row's negatives, and 0 for rows that have none (1 for the others). */
function pushOf(logits: tf.Tensor, marks: tf.Tensor2D): { pushes: tf.Tensor; some: tf.Tensor } {
  const pushes = tf.logSumExp(tf.add(logits, tf.mul(marks, never)), 1); // [B]
  return { pushes, some: tf.max(tf.sub(1, marks), 1) };
}

interface Contrast {
  readonly image: tf.Tensor2D;
  readonly text: tf.Tensor2D;
  readonly logitScale: tf.Scalar;
  readonly positives: tf.Tensor2D | undefined;
}

function symmetric(
  { image, text, logitScale, positives }: Contrast,
  direction: (logits: tf.Tensor2D, marks: tf.Tensor2D) => tf.Scalar,
): tf.Scalar {
  return tf.tidy(() => {
    const marks = marksOf(positives, image.shape[0]);
    const logits = scaledCosines(image, text, logitScale); // [B, B]
    return bothDirections(
      direction(logits, marks),
      direction(tf.transpose(logits), tf.transpose(marks)),
    );
  });
}

function check(
  where: string,
  pairs: { readonly image: tf.Tensor2D; readonly text: tf.Tensor2D },
  logitScale: tf.Scalar,
  positives: tf.Tensor2D | undefined,
): void {
  assertPairs(where, { ...pairs }, 2);
  const rows = pairs.image.shape[0];
  assertShape(`${where}: logitScale`, logitScale, []);
  if (positives) assertShape(`${where}: positives`, positives, [rows, rows]);
}
