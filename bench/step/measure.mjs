// One measurement in a process of its own, so that memory and threads are its own: prints one JSON object.
// node bench/step/measure.mjs '{"what":"step","world":"b32","length":77,"steps":5}'

import { imageTower, textTower, unitNorm } from "@cliptune/clip";
import { createEngine } from "@cliptune/engine";
import { infoNce } from "@cliptune/losses";
import * as tf from "@tensorflow/tfjs-core";
import { makeWorld, operations } from "./worlds.mjs";

const options = JSON.parse(process.argv[2] ?? "{}");
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const { threads, packWeights, withoutRules, plugin, precision } = options;
const given = { threads, packWeights, withoutRules, plugin, precision };
const engineOptions = Object.fromEntries(
  Object.entries(given).filter(([, value]) => value !== undefined),
);
// Without its kernel an operator is traced as the composite of tfjs operators that eager engines run.
for (const kernel of options.withoutKernels ?? []) tf.unregisterKernel(kernel, "cliptune-trace");

/** Forward, backward and AdamW (without weight decay) of the LoRA matrices, as one program. */
function definition(engine, world, length) {
  const { config, weights, lora, scales, batch } = world;
  const names = Object.keys(lora);
  const zeros = (prefix) =>
    names.map((name) => {
      const { dtype, shape, data } = lora[name];
      return [`${prefix}.${name}`, { dtype, shape, data: new Float32Array(data.length) }];
    });
  const state = engine.state({
    ...lora,
    ...Object.fromEntries([...zeros("m"), ...zeros("v")]),
  });
  const size = config.vision.imageSize;
  return {
    name: "bench-step",
    constants: engine.constants(weights),
    state,
    inputs: {
      pixels: { dtype: "uint8", shape: [batch, size, size, 3] },
      ids: { dtype: "int32", shape: [batch, length] },
      ends: { dtype: "int32", shape: [batch] },
    },
    run: ({ constants, state: values, inputs }) => {
      const lossOf = (...params) => {
        const trained = Object.fromEntries(names.map((name, i) => [name, params[i]]));
        const net = {
          config,
          params: constants,
          lora: { params: trained, scales },
          ...(options.recompute && { recompute: true }),
        };
        const pixels = tf.sub(tf.div(tf.cast(inputs.pixels, "float32"), 127.5), 1);
        const image = unitNorm(imageTower(net, pixels));
        const text = unitNorm(textTower(net, inputs.ids, inputs.ends));
        return infoNce(image, text, tf.scalar(20));
      };
      const { value, grads } = tf.valueAndGrads(lossOf)(names.map((name) => values[name]));
      const next = {};
      for (const [i, name] of names.entries()) {
        const m = tf.add(tf.mul(values[`m.${name}`], 0.9), tf.mul(grads[i], 0.1));
        const v = tf.add(tf.mul(values[`v.${name}`], 0.999), tf.mul(tf.square(grads[i]), 0.001));
        next[`m.${name}`] = m;
        next[`v.${name}`] = v;
        next[name] = tf.sub(values[name], tf.mul(1e-5, tf.div(m, tf.add(tf.sqrt(v), 1e-8))));
      }
      return { outputs: { loss: value }, state: next };
    },
  };
}

async function step() {
  const engine = await createEngine(options.engine ?? "onnx-cpu", engineOptions);
  const world = { ...makeWorld(options.world), ...(options.batch && { batch: options.batch }) };
  const length = options.length ?? world.length;
  const made = definition(engine, world, length);
  const compileFrom = performance.now();
  const program = await engine.compile(made);
  const compileS = (performance.now() - compileFrom) / 1000;
  const size = world.config.vision.imageSize;
  const batch = {
    pixels: Uint8Array.from({ length: world.batch * size * size * 3 }, (_, i) => (i * 31) % 255),
    ids: Int32Array.from({ length: world.batch * length }, (_, i) => (i * 7919) % 6000),
    ends: new Int32Array(world.batch).fill(length - 1),
  };
  if (options.compileOnly) return { compileS };
  const { loss } = await program.step(batch);
  const seconds = [];
  for (let i = 0; i < (options.steps ?? 5); i++) {
    const from = performance.now();
    await program.step(batch);
    seconds.push((performance.now() - from) / 1000);
  }
  const stepS = median(seconds);
  return {
    stepS,
    pairsPerSecond: world.batch / stepS,
    gflops: operations({ ...world, length }) / stepS / 1e9,
    peakRssGB: process.resourceUsage().maxRSS / 1e6,
    compileS,
    firstLoss: loss.data[0],
  };
}

/** The best rate of one float32 product, large and square, weight and input both from outside as in a step. */
async function gemm() {
  const engine = await createEngine("onnx-cpu", engineOptions);
  const n = options.size ?? 2048;
  const spec = { dtype: "float32", shape: [n, n] };
  const program = await engine.compile({
    name: "bench-gemm",
    inputs: { a: spec, b: spec },
    run: ({ inputs: { a, b } }) => ({ outputs: { sum: tf.sum(tf.matMul(a, b, false, true)) } }),
  });
  const data = new Float32Array(n * n).fill(1 / n);
  const seconds = [];
  for (let i = 0; i < (options.steps ?? 12); i++) {
    const from = performance.now();
    await program.step({ a: data, b: data });
    seconds.push((performance.now() - from) / 1000);
  }
  return { gflops: (2 * n ** 3) / Math.min(...seconds) / 1e9 };
}

const measured = await (options.what === "gemm" ? gemm() : step());
console.log(JSON.stringify(measured));
