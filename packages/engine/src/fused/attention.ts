import * as tf from "@tensorflow/tfjs-core";

/**
 * Scaled dot-product attention, `softmax(q kᵀ / √d + mask) v`.
 *
 * @param q `[B, H, L, d]`, likewise `k` and `v`
 * @param mask added to the logits, broadcastable to `[B, H, L, L]`
 * @returns `[B, H, L, d]`
 * @see https://arxiv.org/abs/1706.03762, equation 1
 */
export function attention(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, mask?: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const scale = (q.shape.at(-1) ?? 1) ** -0.5;
    const logits = tf.mul(tf.matMul(q, k, false, true), scale); // [B, H, L, L]
    return tf.matMul(tf.softmax(mask ? tf.add(logits, mask) : logits), v);
  });
}
