import {
  imageTower,
  type LoraForward,
  type Network,
  readSafetensors,
  textTower,
  unitNorm,
} from "@cliptune/clip";
import { createEngine, type Engine, engineNames, type Tensors } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  clipLoss,
  dataOf,
  golden,
  largestDifference,
  loadGolden,
  relativeError,
  specsOf,
} from "./golden.js";

const prefix = "base_model.model.";
const engines = engineNames.filter((name) => name === "cpu" || name === "onnx-cpu");

const stripped = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key.replace(prefix, ""), value]),
  );

function forward(net: Network, inputs: Tensors) {
  const images = unitNorm(imageTower(net, inputs["pixels"] as tf.Tensor4D));
  const texts = unitNorm(
    textTower(net, inputs["ids"] as tf.Tensor2D, inputs["ends"] as tf.Tensor1D, inputs["mask"]),
  );
  const scale = tf.exp(net.params["logit_scale"]!);
  const logits = tf.mul(scale, tf.matMul(images, texts, false, true)); // [B, B]
  return { images, texts, logits };
}

describe.each(engines)("on engine %s", (name) => {
  let engine: Engine;
  const reference = loadGolden();
  beforeAll(async () => {
    engine = await createEngine(name);
  });
  afterAll(() => engine.dispose());

  test("the base model's embeddings and logits are transformers'", async () => {
    const { config, weights, expected, batch } = await reference;
    const constants = engine.constants(weights);
    const program = await engine.compile({
      name: "base",
      constants,
      inputs: specsOf(batch),
      run: ({ constants: params, inputs }) => ({ outputs: forward({ config, params }, inputs) }),
    });
    const { images, texts, logits } = await program.step(dataOf(batch));
    const far = {
      images: largestDifference(images!.data, expected["base.image_embeds"]!.data),
      texts: largestDifference(texts!.data, expected["base.text_embeds"]!.data),
      logits: largestDifference(logits!.data, expected["base.logits_per_image"]!.data),
    };
    console.log(name, "base", far);
    expect(far.images).toBeLessThan(1e-5);
    expect(far.texts).toBeLessThan(1e-5);
    expect(far.logits).toBeLessThan(1e-4);
    await program.dispose();
    constants.dispose();
  });

  test("with an adapter, logits and the gradient of every LoRA matrix are PEFT's", async () => {
    const { config, weights, expected, batch } = await reference;
    const { tensors } = await readSafetensors(
      golden("tiny/adapter_init/adapter_model.safetensors"),
    );
    const lora = stripped(tensors);
    const names = Object.keys(lora);
    const scales = Object.fromEntries(names.map((key) => [key.replace(/\.lora_.*/, ""), 4]));
    const program = await engine.compile({
      name: "gradients",
      constants: engine.constants(weights),
      state: engine.state(lora),
      inputs: specsOf(batch),
      run: ({ constants: params, state, inputs }) => {
        const logitsOf = (...values: tf.Tensor[]): tf.Tensor => {
          const loraParams = Object.fromEntries(names.map((key, i) => [key, values[i]!]));
          const forwardLora: LoraForward = { params: loraParams, scales };
          return forward({ config, params, lora: forwardLora }, inputs).logits;
        };
        const values = names.map((key) => state[key]!);
        const grads = tf.grads((...v: tf.Tensor[]) => clipLoss(logitsOf(...v)))(values);
        const outputs = Object.fromEntries(names.map((key, i) => [key, grads[i]!]));
        return { outputs: { ...outputs, logits: logitsOf(...values) } };
      },
    });
    const { logits, ...grads } = await program.step(dataOf(batch));
    expect(largestDifference(logits!.data, expected["lora.logits_per_image"]!.data)).toBeLessThan(
      1e-4,
    );
    const gradKeys = Object.keys(expected).filter((key) => key.startsWith("grad."));
    expect(gradKeys).toHaveLength(names.length);
    const far = gradKeys.map(
      (key) =>
        [
          key,
          relativeError(
            grads[key.replace("grad.", "").replace(prefix, "")]!.data,
            expected[key]!.data,
          ),
        ] as const,
    );
    console.log(name, "worst gradient", Math.max(...far.map(([, f]) => f)));
    expect(far.filter(([, error]) => !(error < 1e-5))).toEqual([]);
  });
});
