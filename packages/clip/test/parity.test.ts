import {
  adapterScales,
  imageTower,
  type LoraForward,
  loadAdapter,
  mergeAdapter,
  type Network,
  textTower,
  unitNorm,
} from "@cliptune/clip";
import {
  type Arrays,
  createEngine,
  type Engine,
  engineNames,
  type Tensors,
} from "@cliptune/engine";
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

const engines = engineNames.filter((name) => name === "cpu" || name === "onnx-cpu");
const reference = loadGolden();

function forward(net: Network, inputs: Tensors) {
  const images = unitNorm(imageTower(net, inputs["pixels"] as tf.Tensor4D));
  const texts = unitNorm(
    textTower(net, inputs["ids"] as tf.Tensor2D, inputs["ends"] as tf.Tensor1D, inputs["mask"]),
  );
  const scale = tf.exp(net.params["logit_scale"]!);
  return { images, texts, logits: tf.mul(scale, tf.matMul(images, texts, false, true)) };
}

/** Embeddings and logits of the golden batch. */
async function outputs(engine: Engine, weights: Arrays, adapter?: string) {
  const { config, batch } = await reference;
  const loaded = adapter === undefined ? undefined : await loadAdapter(golden(adapter), { config });
  const program = await engine.compile({
    name: "forward",
    constants: engine.constants({ ...weights, ...loaded?.weights }),
    inputs: specsOf(batch),
    run: ({ constants: params, inputs }) => {
      const lora = loaded && { params, scales: adapterScales(config, loaded.config) };
      return { outputs: forward({ config, params, ...(lora && { lora }) }, inputs) };
    },
  });
  const result = await program.step(dataOf(batch));
  await program.dispose();
  return result;
}

describe.each(engines)("on engine %s", (name) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine(name);
  });
  afterAll(() => engine.dispose());

  const expectClose = (actual: Arrays, expected: Arrays, kind: string) => {
    const far = (mine: string, theirs: string) =>
      largestDifference(actual[mine]!.data, expected[`${kind}.${theirs}`]!.data);
    expect(far("images", "image_embeds")).toBeLessThan(1e-5);
    expect(far("texts", "text_embeds")).toBeLessThan(1e-5);
    expect(far("logits", "logits_per_image")).toBeLessThan(1e-4);
  };

  test("the base model's embeddings and logits are transformers'", async () => {
    const { weights, expected } = await reference;
    expectClose(await outputs(engine, weights), expected, "base");
  });

  test("with an adapter beside the weights they are PEFT's", async () => {
    const { weights, expected } = await reference;
    expectClose(await outputs(engine, weights, "tiny/adapter_init"), expected, "lora");
    const { logits } = await outputs(engine, weights, "tiny/adapter_final");
    expect(largestDifference(logits!.data, expected["final.logits_per_image"]!.data)).toBeLessThan(
      1e-4,
    );
  });

  test("with the adapter merged into the weights they are PEFT's, and the same", async () => {
    const { config, weights, expected } = await reference;
    const adapter = await loadAdapter(golden("tiny/adapter_final"), { config });
    const { logits } = await outputs(engine, mergeAdapter(weights, adapter));
    const beside = await outputs(engine, weights, "tiny/adapter_final");
    expect(largestDifference(logits!.data, expected["merged.logits_per_image"]!.data)).toBeLessThan(
      1e-4,
    );
    expect(largestDifference(logits!.data, beside["logits"]!.data)).toBeLessThan(1e-4);
  });

  test.each([
    ["", false],
    [", blocks computed again in the backward pass too", true],
  ])("the gradient of every LoRA matrix is PyTorch's%s", async (_, recompute) => {
    const { config, weights, expected, batch } = await reference;
    const adapter = await loadAdapter(golden("tiny/adapter_init"), { config });
    const names = Object.keys(adapter.weights);
    const scales = adapterScales(config, adapter.config);
    const program = await engine.compile({
      name: "gradients",
      constants: engine.constants(weights),
      state: engine.state(adapter.weights),
      inputs: specsOf(batch),
      run: ({ constants: params, state, inputs }) => {
        const loss = (...values: tf.Tensor[]): tf.Scalar => {
          const named = Object.fromEntries(names.map((key, i) => [key, values[i]!]));
          const lora: LoraForward = { params: named, scales };
          return clipLoss(forward({ config, params, lora, recompute }, inputs).logits);
        };
        const grads = tf.grads(loss)(names.map((key) => state[key]!));
        return { outputs: Object.fromEntries(names.map((key, i) => [key, grads[i]!])) };
      },
    });
    const grads = await program.step(dataOf(batch));
    const errors = names.map((key) => ({
      key,
      error: relativeError(grads[key]!.data, expected[`grad.base_model.model.${key}`]!.data),
    }));
    expect(errors).toHaveLength(32);
    expect(errors.filter(({ error }) => !(error < 1e-5))).toEqual([]);
    await program.dispose();
  });
});
