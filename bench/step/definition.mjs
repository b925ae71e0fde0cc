import { imageTower, textTower, unitNorm } from "@cliptune/clip";
import { infoNce } from "@cliptune/losses";
import * as tf from "@tensorflow/tfjs-core";

/** Forward, backward and AdamW (without weight decay) of the LoRA matrices, as one program. */
export function stepDefinition(engine, world, { length, recompute = false }) {
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
          ...(recompute && { recompute: true }),
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
