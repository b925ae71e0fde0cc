import * as tf from "@tensorflow/tfjs-core";
import { scaledCosines } from "./contrast.js";
import { assertPairs, assertShape } from "./same-shape.js";

/**
 * Cross-entropy of images against the prompts of all classes, those absent from the batch included:
 * `mean_i −log softmax_c(s · x_i·y_c)` at the image's class.
 *
 * @param image `[B, D]` unit-norm image embeddings
 * @param classes `[C, D]` unit-norm embeddings of a prompt for each class
 * @param labels `[B]` int32, each from 0 to C − 1
 * @param logitScale `[]` inverse temperature
 * @returns `[]` in nats; log C when the temperature removes all signal
 * @see CLIP-LoRA, https://arxiv.org/abs/2405.18541
 */
export function classCrossEntropy(
  image: tf.Tensor2D,
  classes: tf.Tensor2D,
  labels: tf.Tensor1D,
  logitScale: tf.Scalar,
): tf.Scalar {
  assertPairs("classCrossEntropy", { image });
  const [rows, width] = image.shape;
  assertShape("classCrossEntropy: classes", classes, [classes.shape[0], width]);
  assertShape("classCrossEntropy: labels", labels, [rows]);
  assertShape("classCrossEntropy: logitScale", logitScale, []);
  return tf.tidy(() => {
    const logits = scaledCosines(image, classes, logitScale); // [B, C]
    const target = tf.oneHot(tf.cast(labels, "int32"), classes.shape[0], 1, 0, "float32"); // [B, C]
    return tf.neg(tf.mean(tf.sum(tf.mul(target, tf.logSoftmax(logits)), 1))) as tf.Scalar;
  });
}
