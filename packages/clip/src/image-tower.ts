import { linear } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { norm, runBlocks } from "./block.js";
import { patchGrid } from "./config.js";
import { loraLinear, type Network, param } from "./lora-linear.js";

/** `[B, H, W, 3]` → `[B, P, 3 · p · p]`, each patch flattened in the order of the convolution's weight. */
function patches(pixels: tf.Tensor4D, grid: number, size: number): tf.Tensor {
  const batch = pixels.shape[0];
  const side = grid * size;
  const whole = pixels.shape[1] === side && pixels.shape[2] === side;
  const cut = whole ? pixels : tf.slice(pixels, [0, 0, 0, 0], [batch, side, side, 3]);
  // Two transposes of few axes, first whole lines of a patch, then the colours of its pixels, run faster than one of all.
  const lines = tf.reshape(cut, [batch, grid, size, grid, size * 3]);
  const apart = tf.transpose(lines, [0, 1, 3, 2, 4]); // [B, grid, grid, p, p · 3]
  const cells = tf.reshape(apart, [batch * grid * grid, size * size, 3]);
  const planes = tf.transpose(cells, [0, 2, 1]); // [B · P, 3, p · p]
  return tf.reshape(planes, [batch, grid * grid, 3 * size * size]);
}

/** Where a tower's tokens come from: the patches and their positions, all of them or those kept. */
function patchTokens(net: Network, pixels: tf.Tensor4D, positions: tf.Tensor2D): tf.Tensor {
  const { vision } = net.config;
  const grid = patchGrid(vision);
  const kernel = param(net, "vision_model.embeddings.patch_embedding.weight"); // [D, 3, p, p]
  const flat = tf.reshape(kernel, [vision.hiddenSize, -1]); // [D, 3·p·p]
  const cells = patches(pixels, grid, vision.patchSize); // [B, P, 3·p·p]
  if (!net.keptPatches) return tf.add(linear(cells, flat), positions); // [B, P, D]
  const [batch, kept] = net.keptPatches.shape;
  const starts = Int32Array.from({ length: batch }, (_, i) => i * grid * grid);
  const rows = tf.add(net.keptPatches, tf.tensor2d(starts, [batch, 1])); // [B, K]
  const chosen = tf.gather(tf.reshape(cells, [batch * grid * grid, -1]), rows as tf.Tensor2D); // [B, K, 3·p·p]
  const places = tf.gather(positions, tf.reshape(net.keptPatches, [batch * kept])); // [B·K, D]
  return tf.add(linear(chosen, flat), tf.reshape(places, [batch, kept, vision.hiddenSize]));
}

function embed(net: Network, pixels: tf.Tensor4D): tf.Tensor {
  const [batch, width] = [pixels.shape[0], net.config.vision.hiddenSize];
  const positions = param(net, "vision_model.embeddings.position_embedding.weight"); // [P + 1, D]
  const [own, rest] = tf.split(positions, [1, positions.shape[0]! - 1]) as [
    tf.Tensor2D,
    tf.Tensor2D,
  ];
  const token = tf.add(param(net, "vision_model.embeddings.class_embedding"), own); // [1, D]
  const first = tf.broadcastTo(tf.reshape(token, [1, 1, width]), [batch, 1, width]);
  return tf.concat([first, patchTokens(net, pixels, rest)], 1);
}

const classRow = (x: tf.Tensor): tf.Tensor => tf.slice(x, [0, 0, 0], [x.shape[0]!, 1, x.shape[2]!]);

/**
 * CLIP's vision transformer, pooled at the class token and projected.
 *
 * @param pixels `[B, H, W, 3]` normalised
 * @returns `[B, D]`, not of unit norm
 * @see https://arxiv.org/abs/2103.00020
 */
export function imageTower(net: Network, pixels: tf.Tensor4D): tf.Tensor2D {
  const { vision } = net.config;
  if (pixels.shape[1] !== vision.imageSize || pixels.shape[2] !== vision.imageSize) {
    throw new Error(
      `imageTower: pixels are [${pixels.shape.join(", ")}]; height and width must be ${vision.imageSize}.`,
    );
  }
  const epsilon = vision.layerNormEps;
  const x = norm(net, "vision_model.pre_layrnorm", embed(net, pixels), epsilon);
  const stack = { net, prefix: "vision_model", tower: vision };
  const pooled = runBlocks(stack, x, { pick: classRow });
  const normed = norm(net, "vision_model.post_layernorm", pooled, epsilon);
  return loraLinear(net, "visual_projection", normed) as tf.Tensor2D;
}
