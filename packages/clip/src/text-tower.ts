import * as tf from "@tensorflow/tfjs-core";
import { norm, runBlocks } from "./block.js";
import { loraLinear, type Network, param } from "./lora-linear.js";

/** Large enough that exp() of it is 0 after the maximum is taken off, small enough to be added to itself. */
const masked = -1e9;

/** `[L, L]`, 0 where row i may look at column j ≤ i. */
function causalMask(length: number): tf.Tensor2D {
  const data = new Float32Array(length * length);
  for (let i = 0; i < length; i++) data.fill(masked, i * length + i + 1, (i + 1) * length);
  return tf.tensor2d(data, [length, length]);
}

/** `[B, L]` of 0 and 1 → additive `[B, 1, 1, L]`. */
function paddingMask(mask: tf.Tensor): tf.Tensor {
  const [batch, length] = mask.shape as [number, number];
  const closed = tf.mul(tf.sub(1, tf.cast(mask, "float32")), masked);
  return tf.reshape(closed, [batch, 1, 1, length]);
}

/** The end-of-text row as a one-hot product: unlike `gather` it is a matmul in both directions. */
function endRow(ends: tf.Tensor1D, length: number) {
  const batch = ends.shape[0];
  const columns = tf.tensor2d(
    Int32Array.from({ length }, (_, i) => i),
    [1, length],
    "int32",
  );
  const column = tf.reshape(ends, [batch, 1]);
  const oneHot = tf.reshape(tf.cast(tf.equal(columns, column), "float32"), [batch, 1, length]);
  const after = tf.mul(tf.cast(tf.greater(columns, column), "float32"), masked); // [B, L]
  return {
    pick: (x: tf.Tensor): tf.Tensor => tf.matMul(oneHot, x as tf.Tensor3D),
    mask: tf.reshape(after, [batch, 1, 1, length]) as tf.Tensor,
  };
}

/**
 * CLIP's causal text transformer, pooled at the end-of-text token and projected. Because a token sees
 * only those before it, padding after the end changes nothing: any length that holds the text is exact.
 *
 * @param ids `[B, L]` int32
 * @param ends `[B]` int32, the row of the end-of-text token; see `endPositions`
 * @param mask `[B, L]` 1 for tokens, 0 for padding; needed only for padding on the left
 * @returns `[B, D]`, not of unit norm
 */
export function textTower(
  net: Network,
  ids: tf.Tensor2D,
  ends: tf.Tensor1D,
  mask?: tf.Tensor,
): tf.Tensor2D {
  const { text } = net.config;
  const length = ids.shape[1];
  if (length > text.maxPositionEmbeddings) {
    throw new Error(
      `textTower: ids are [${ids.shape.join(", ")}]; the model has ${text.maxPositionEmbeddings} positions.`,
    );
  }
  const words = tf.gather(param(net, "text_model.embeddings.token_embedding.weight"), ids);
  const table = param(net, "text_model.embeddings.position_embedding.weight");
  const positions = tf.slice(table, [0, 0], [length, text.hiddenSize]);
  const end = endRow(ends, length);
  const padding = mask && paddingMask(mask);
  const causal = tf.reshape(causalMask(length), [1, 1, length, length]) as tf.Tensor;
  const pooled = runBlocks(
    { net, prefix: "text_model", tower: text },
    tf.add(words, positions),
    { pick: end.pick, mask: padding ? tf.add(end.mask, padding) : end.mask },
    padding ? tf.add(causal, padding) : causal,
  );
  const normed = norm(net, "text_model.final_layer_norm", pooled, text.layerNormEps);
  return loraLinear(net, "text_projection", normed) as tf.Tensor2D;
}
