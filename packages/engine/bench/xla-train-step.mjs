// A small CLIP-like training step in plain tfjs code: patches and tokens through a transformer block each, InfoNCE,
// Adam. State is every weight with its two moments.

import { attention, layerNorm, linear, quickGelu } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { randomFrom } from "./operator-cases.mjs";

const width = 32;
const heads = 4;
const patch = 8;
const side = 32;
const vocabulary = 50;
const length = 16;
export const batch = 8;

export const inputs = {
  pixels: { dtype: "uint8", shape: [batch, side, side, 3] },
  ids: { dtype: "int32", shape: [batch, length] },
  step: { dtype: "float32", shape: [] },
};

const block = (name) => ({
  [`${name}.norm1.weight`]: [width],
  [`${name}.norm1.bias`]: [width],
  [`${name}.qkv`]: [3 * width, width],
  [`${name}.out`]: [width, width],
  [`${name}.norm2.weight`]: [width],
  [`${name}.norm2.bias`]: [width],
  [`${name}.up.weight`]: [4 * width, width],
  [`${name}.up.bias`]: [4 * width],
  [`${name}.down`]: [width, 4 * width],
});

const shapes = {
  "image.patch": [width, patch * patch * 3],
  "image.position": [(side / patch) ** 2, width],
  ...block("image"),
  "text.token": [vocabulary, width],
  "text.position": [length, width],
  ...block("text"),
  scale: [],
};

/** Weights and zero moments, from a seed. */
export function initialState(seed) {
  const random = randomFrom(seed);
  const entries = Object.entries(shapes).flatMap(([name, shape]) => {
    const count = shape.reduce((n, d) => n * d, 1);
    const array = (f) => ({
      dtype: "float32",
      shape,
      data: Float32Array.from({ length: count }, f),
    });
    const isNorm = name.includes("norm");
    const weights = array(() =>
      isNorm ? Number(name.endsWith("weight")) : name === "scale" ? 2 : 0.3 * (random() - 0.5),
    );
    return [
      [name, weights],
      [`m.${name}`, array(() => 0)],
      [`v.${name}`, array(() => 0)],
    ];
  });
  return Object.fromEntries(entries);
}

function transformer(x, p, name) {
  const [rows, tokens] = x.shape;
  const split = (t) =>
    tf.transpose(tf.reshape(t, [rows, tokens, heads, width / heads]), [0, 2, 1, 3]);
  const normal = layerNorm(x, p[`${name}.norm1.weight`], p[`${name}.norm1.bias`], 1e-5);
  const [q, k, v] = tf.split(linear(normal, p[`${name}.qkv`]), 3, -1);
  const mixed = tf.transpose(attention(split(q), split(k), split(v)), [0, 2, 1, 3]);
  const y = tf.add(x, linear(tf.reshape(mixed, [rows, tokens, width]), p[`${name}.out`]));
  const second = layerNorm(y, p[`${name}.norm2.weight`], p[`${name}.norm2.bias`], 1e-5);
  const inner = quickGelu(linear(second, p[`${name}.up.weight`], p[`${name}.up.bias`]));
  return tf.add(y, linear(inner, p[`${name}.down`]));
}

const unit = (x) => tf.div(x, tf.sqrt(tf.sum(tf.square(x), -1, true)));

function loss(p, pixels, ids) {
  const n = side / patch;
  const cut = tf.reshape(tf.div(tf.cast(pixels, "float32"), 255), [batch, n, patch, n, patch * 3]);
  const patches = tf.reshape(tf.transpose(cut, [0, 1, 3, 2, 4]), [batch, n * n, patch * patch * 3]);
  const image = transformer(
    tf.add(linear(patches, p["image.patch"]), p["image.position"]),
    p,
    "image",
  );
  const text = transformer(tf.add(tf.gather(p["text.token"], ids), p["text.position"]), p, "text");
  const logits = tf.mul(
    tf.matMul(unit(tf.mean(image, 1)), unit(tf.mean(text, 1)), false, true),
    tf.exp(p.scale),
  );
  const same = tf.cast(
    tf.equal(tf.expandDims(tf.range(0, batch), 1), tf.range(0, batch)),
    "float32",
  );
  const oneWay = (x) => tf.neg(tf.div(tf.sum(tf.mul(tf.logSoftmax(x), same)), batch));
  return tf.div(tf.add(oneWay(logits), oneWay(tf.transpose(logits))), 2);
}

/** The step as an engine's program. */
export const definition = (state) => ({
  name: "check-step",
  state,
  inputs,
  run: ({ state: held, inputs: { pixels, ids, step } }) => {
    const names = Object.keys(shapes);
    const lossOf = (...values) =>
      loss(Object.fromEntries(names.map((name, i) => [name, values[i]])), pixels, ids);
    const { value, grads } = tf.valueAndGrads(lossOf)(names.map((name) => held[name]));
    const next = {};
    names.forEach((name, i) => {
      const m = tf.add(tf.mul(held[`m.${name}`], 0.9), tf.mul(grads[i], 0.1));
      const v = tf.add(tf.mul(held[`v.${name}`], 0.999), tf.mul(tf.square(grads[i]), 0.001));
      const mean = tf.div(m, tf.sub(1, tf.pow(0.9, step)));
      const spread = tf.sqrt(tf.div(v, tf.sub(1, tf.pow(0.999, step))));
      next[name] = tf.sub(held[name], tf.mul(1e-3, tf.div(mean, tf.add(spread, 1e-8))));
      next[`m.${name}`] = m;
      next[`v.${name}`] = v;
    });
    return { outputs: { loss: value }, state: next };
  },
});

/** A batch of random pictures and words. */
export function randomBatch(random, step) {
  const fill = (kind, { shape }, limit) =>
    kind.from({ length: shape.reduce((n, d) => n * d, 1) }, () => Math.floor(limit * random()));
  return {
    pixels: fill(Uint8Array, inputs.pixels, 256),
    ids: fill(Int32Array, inputs.ids, vocabulary),
    step: Float32Array.of(step),
  };
}
