import { imageTower, textTower, unitNorm } from "@cliptune/clip";
import { infoNce } from "@cliptune/losses";
import * as tf from "@tensorflow/tfjs-core";
import { adamW, initMoments } from "../../packages/trainer/dist/adamw.js";

const optimizer = { weightDecay: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, clipNorm: 0 };

/** Forward, backward and the trainer's AdamW of the LoRA matrices, as one program. */
export function stepDefinition(engine, world, { length, recompute = false }) {
  const { config, weights, lora, scales, batch } = world;
  const names = Object.keys(lora);
  const state = engine.state({ ...lora, ...initMoments(lora) });
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
      const { next } = adamW(
        {
          params: Object.fromEntries(names.map((name) => [name, values[name]])),
          grads: Object.fromEntries(names.map((name, i) => [name, grads[i]])),
          moments: values,
          learningRate: tf.scalar(1e-5),
          correction1: tf.scalar(1),
          correction2: tf.scalar(1),
        },
        optimizer,
      );
      return { outputs: { loss: value }, state: next };
    },
  };
}
