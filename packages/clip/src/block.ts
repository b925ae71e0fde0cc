import { attention, checkpoint, gelu, layerNorm, quickGelu, type Tensors } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import type { TowerConfig } from "./config.js";
import { loraLinear, type Network, param } from "./lora-linear.js";

export function norm(net: Network, module: string, x: tf.Tensor, epsilon: number): tf.Tensor {
  return layerNorm(x, param(net, `${module}.weight`), param(net, `${module}.bias`), epsilon);
}

/** `[B, L, D]` → `[B, H, L, D / H]` */
function splitHeads(x: tf.Tensor, heads: number): tf.Tensor {
  const [batch, length, width] = x.shape as [number, number, number];
  return tf.transpose(tf.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
}

/** `[B, H, L, d]` → `[B, L, H · d]` */
function joinHeads(x: tf.Tensor): tf.Tensor {
  const [batch, heads, length, width] = x.shape as [number, number, number, number];
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch, length, heads * width]);
}

/** What one transformer stack is made of. */
export interface Stack {
  readonly net: Network;
  /** `text_model` or `vision_model`. */
  readonly prefix: string;
  readonly tower: TowerConfig;
}

/** How the last block is narrowed to the one row per sequence that the tower returns. */
export interface Pooling {
  /** `[B, L, D]` → `[B, 1, D]` */
  pick(x: tf.Tensor): tf.Tensor;
  /** Additive, broadcastable to `[B, H, 1, L]`. */
  readonly mask?: tf.Tensor;
}

function block(stack: Stack, index: number, x: tf.Tensor, masks: Masks): tf.Tensor {
  const { net, tower } = stack;
  const path = `${stack.prefix}.encoder.layers.${index}`;
  const epsilon = tower.layerNormEps;
  const { pooling, mask } = masks;
  const narrow = (rows: tf.Tensor): tf.Tensor => (pooling ? pooling.pick(rows) : rows);
  const normed = norm(net, `${path}.layer_norm1`, x, epsilon);
  const project = (name: string, rows: tf.Tensor): tf.Tensor =>
    splitHeads(loraLinear(net, `${path}.self_attn.${name}`, rows), tower.numAttentionHeads);
  const q = project("q_proj", narrow(normed));
  const mixed = attention(q, project("k_proj", normed), project("v_proj", normed), mask);
  const attended = tf.add(
    narrow(x),
    loraLinear(net, `${path}.self_attn.out_proj`, joinHeads(mixed)),
  );
  const hidden = loraLinear(
    net,
    `${path}.mlp.fc1`,
    norm(net, `${path}.layer_norm2`, attended, epsilon),
  );
  const active = tower.hiddenAct === "gelu" ? gelu(hidden) : quickGelu(hidden);
  return tf.add(attended, loraLinear(net, `${path}.mlp.fc2`, active));
}

/** `block`, its intermediate values made again in the backward pass when the network says so. */
function maybeRecomputed(
  stack: Stack,
  index: number,
  x: tf.Tensor,
  mask: tf.Tensor | undefined,
): tf.Tensor {
  const { net, prefix } = stack;
  if (!net.recompute) return block(stack, index, x, { mask });
  // Gradients flow to what is passed in, so the block's own parameters must be: the trained ones, that is
  // the adapter's, or all where the block has none. The mask is passed in to live until then.
  const path = `${prefix}.encoder.layers.${index}.`;
  const under = (params: Tensors) => Object.keys(params).filter((name) => name.startsWith(path));
  const adapted = net.lora && under(net.lora.params).length > 0 ? net.lora : undefined;
  const trained = adapted ? adapted.params : net.params;
  const names = under(trained);
  const own = names.map((name) => trained[name]!);
  const run = (rows: tf.Tensor, given: readonly tf.Tensor[], mask?: tf.Tensor): tf.Tensor => {
    const params = { ...trained, ...Object.fromEntries(names.map((name, i) => [name, given[i]!])) };
    const inner = adapted ? { ...net, lora: { ...adapted, params } } : { ...net, params };
    return block({ ...stack, net: inner }, index, rows, { mask });
  };
  return mask
    ? checkpoint((rows, mask, ...given) => run(rows!, given, mask), x, mask, ...own)
    : checkpoint((rows, ...given) => run(rows!, given), x, ...own);
}

interface Masks {
  readonly mask?: tf.Tensor | undefined;
  readonly pooling?: Pooling;
}

/**
 * All blocks of a tower. The last one computes queries, projection and MLP for the pooled row alone:
 * the other rows of its output are never read, so the result is the same and most of a block is saved.
 *
 * @param x `[B, L, D]`
 * @param mask additive, broadcastable to `[B, H, L, L]`
 * @returns `[B, D]` the pooled row
 */
export function runBlocks(
  stack: Stack,
  x: tf.Tensor,
  pooling: Pooling,
  mask?: tf.Tensor,
): tf.Tensor2D {
  const last = stack.tower.numHiddenLayers - 1;
  let hidden = x;
  for (let i = 0; i < last; i++) hidden = maybeRecomputed(stack, i, hidden, mask);
  // Of the last one little is kept: it is one row of each sequence past its keys and values.
  const pooled = block(stack, last, hidden, { mask: pooling.mask, pooling }); // [B, 1, D]
  return tf.reshape(pooled, [x.shape[0]!, x.shape[2]!]) as tf.Tensor2D;
}
