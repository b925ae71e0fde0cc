import * as C from "@cliptune/clip";
import {
  imageTower,
  parseConfig,
  presetConfig,
  textTower,
  unitNorm,
  weightShapes,
} from "@cliptune/clip";
import { createEngine } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";

const B = +(process.argv[2] || 64),
  L = 16,
  R = 16,
  mode = process.argv[3] || "lora",
  threads = +(process.argv[4] || 0);
const base = presetConfig("clip-vit-base-patch32");
const config = {
  ...base,
  projectionDim: 192,
  text: {
    ...base.text,
    hiddenSize: 192,
    intermediateSize: 768,
    numHiddenLayers: 4,
    numAttentionHeads: 3,
    maxPositionEmbeddings: 32,
    vocabSize: 6000,
    hiddenAct: "gelu",
  },
  vision: {
    ...base.vision,
    hiddenSize: 192,
    intermediateSize: 768,
    numHiddenLayers: 6,
    numAttentionHeads: 3,
    imageSize: 64,
    patchSize: 8,
    hiddenAct: "gelu",
  },
};
const shapes = weightShapes(config);
let seed = 1;
const rand = () => {
  seed = (seed * 1664525 + 1013904223) >>> 0;
  return (seed / 4294967296 - 0.5) * 0.1;
};
const arr = (shape) => ({
  dtype: "float32",
  shape: [...shape],
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, rand),
});
const weights = Object.fromEntries(Object.entries(shapes).map(([k, s]) => [k, arr(s)]));
const lora = {};
const scales = {};
for (const k of Object.keys(shapes)) {
  const m = /^(.*self_attn\.(?:q|k|v|out)_proj)\.weight$/.exec(k);
  if (m) {
    const w = shapes[k][0];
    lora[m[1] + ".lora_A.weight"] = arr([R, w]);
    lora[m[1] + ".lora_B.weight"] = arr([w, R]);
    scales[m[1]] = 2;
  }
}
const e = await createEngine("onnx-cpu", { threads });
const constants = mode === "lora" ? e.constants(weights) : undefined;
const state = e.state(mode === "lora" ? lora : weights);
const keys = Object.keys(state.specs);
const t0 = performance.now();
const p = await e.compile({
  name: "step",
  constants,
  state,
  inputs: {
    x: { dtype: "uint8", shape: [B, 64, 64, 3] },
    ids: { dtype: "int32", shape: [B, L] },
    ends: { dtype: "int32", shape: [B] },
  },
  run: ({ constants, state, inputs }) => {
    const f = (...ps) => {
      const s = Object.fromEntries(keys.map((k, i) => [k, ps[i]]));
      const net =
        mode === "lora"
          ? { config, params: constants, lora: { params: s, scales } }
          : { config, params: s };
      const px = tf.sub(tf.div(tf.cast(inputs.x, "float32"), 127.5), 1);
      const im = unitNorm(imageTower(net, px)),
        te = unitNorm(textTower(net, inputs.ids, inputs.ends));
      const lg = tf.mul(tf.matMul(im, te, false, true), 20);
      const eye = tf.eye(B);
      const ce = (l) => tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(l), eye), -1)));
      return tf.div(tf.add(ce(lg), ce(tf.transpose(lg))), 2);
    };
    const { value, grads } = tf.valueAndGrads(f)(keys.map((k) => state[k]));
    return {
      outputs: { loss: value },
      state: Object.fromEntries(keys.map((k, i) => [k, tf.sub(state[k], tf.mul(0.001, grads[i]))])),
    };
  },
});
console.log("compile", performance.now() - t0);
const x = new Uint8Array(B * 64 * 64 * 3).map((_, i) => (i * 31) % 255),
  ids = new Int32Array(B * L).map((_, i) => i % 6000),
  ends = new Int32Array(B).fill(9);
await p.step({ x, ids, ends });
const n = 4;
const c0 = process.cpuUsage();
const t = performance.now();
let o;
for (let i = 0; i < n; i++) o = await p.step({ x, ids, ends });
const c = process.cpuUsage(c0);
console.log(
  "loss",
  o.loss.data[0],
  "wall ms/step",
  (performance.now() - t) / n,
  "cpu ms/step",
  (c.user + c.system) / 1000 / n,
  "pairs/s wall",
  (B * n * 1000) / (performance.now() - t),
  "rss",
  process.memoryUsage().rss / 1e6,
);
const w = 192;
const per = (l, T) => l * (24 * w * w * T + 4 * T * T * w);
const fl = (per(6, 65) + per(4, 16) + 2 * w * w * 64) * 2 * B;
console.log("GFLOPS (fwd+dX)", (fl * n) / (performance.now() - t) / 1e6);
