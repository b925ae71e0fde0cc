import { readFileSync } from "node:fs";
import {
  adapterScales,
  imageTower,
  loadAdapter,
  type Network,
  textTower,
  unitNorm,
} from "@cliptune/clip";
import {
  type Arrays,
  createEngine,
  type Engine,
  engineNames,
  type Spec,
  type Tensors,
} from "@cliptune/engine";
import { alignment, infoNce, modalityGap, uniformity } from "@cliptune/losses";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  dataOf,
  golden,
  loadGolden,
  relativeError,
  specsOf,
} from "../packages/clip/test/golden.js";
import { adamW, initMoments } from "../packages/trainer/dist/adamw.js";
import { stepScalars } from "../packages/trainer/dist/schedule.js";

interface Expected {
  losses: number[];
  optimizer: { lr: number; betas: [number, number]; eps: number; weight_decay: number };
  geometry: Record<
    "alignment_alpha2" | "uniformity_t2_image" | "uniformity_t2_text" | "modality_gap_norm",
    number
  >;
}

const reference = loadGolden();
const { losses, optimizer, geometry } = JSON.parse(
  readFileSync(golden("tiny/expected.json"), "utf8"),
) as Expected;
const scalar: Spec = { dtype: "float32", shape: [] };
const engines = engineNames.filter((name) => name === "cpu" || name === "onnx-cpu");

const { lr: learningRate, eps: epsilon, weight_decay: weightDecay } = optimizer;
const [beta1, beta2] = optimizer.betas;
const options = { learningRate, weightDecay, beta1, beta2, epsilon, clipNorm: 0 };

function lossOf(net: Network, inputs: Tensors): tf.Scalar {
  const images = unitNorm(imageTower(net, inputs["pixels"] as tf.Tensor4D));
  const texts = unitNorm(
    textTower(net, inputs["ids"] as tf.Tensor2D, inputs["ends"] as tf.Tensor1D, inputs["mask"]),
  );
  return infoNce(images, texts, tf.exp(net.params["logit_scale"]!) as tf.Scalar);
}

/** Clip's towers, the losses' InfoNCE and the trainer's AdamW as one program over an adapter. */
async function trainer(engine: Engine) {
  const { config, weights, batch } = await reference;
  const adapter = await loadAdapter(golden("tiny/adapter_init"), { config });
  const names = Object.keys(adapter.weights);
  const scales = adapterScales(config, adapter.config);
  const state = engine.state({ ...adapter.weights, ...initMoments(adapter.weights) });
  const program = await engine.compile({
    name: "adamw-parity",
    constants: engine.constants(weights),
    state,
    inputs: {
      ...specsOf(batch),
      learningRate: scalar,
      correction1: scalar,
      correction2: scalar,
    },
    run: ({ constants, state: now, inputs }) => {
      const named = (values: readonly tf.Tensor[]): Tensors =>
        Object.fromEntries(names.map((name, i) => [name, values[i]!]));
      const loss = (...values: tf.Tensor[]): tf.Scalar =>
        lossOf({ config, params: constants, lora: { params: named(values), scales } }, inputs);
      const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => now[name]!));
      const params = named(names.map((name) => now[name]!));
      const { learningRate: rate, correction1, correction2 } = inputs as Record<string, tf.Tensor>;
      const { next } = adamW(
        {
          params,
          grads: named(grads),
          moments: now,
          learningRate: rate!,
          correction1: correction1!,
          correction2: correction2!,
        },
        options,
      );
      return { outputs: { loss: value }, state: next };
    },
  });
  return { program, state, names, inputs: dataOf(batch) };
}

describe.each(engines)("on engine %s", (name) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine(name);
  });
  afterAll(() => engine.dispose());

  test("ten AdamW steps have PyTorch's losses and end at PEFT's adapter", async () => {
    const { program, state, names, inputs } = await trainer(engine);
    const seen: number[] = [];
    for (let step = 0; step < losses.length; step++) {
      const schedule = { ...options, warmup: 0, schedule: "constant" } as const;
      const scalars = Object.entries(stepScalars(step, losses.length, schedule)).map(
        ([key, value]) => [key, Float32Array.of(value)],
      );
      const { loss } = await program.step({ ...inputs, ...Object.fromEntries(scalars) });
      seen.push(loss!.data[0]!);
    }
    const far = seen.map((loss, i) => Math.abs(loss - losses[i]!));
    expect(Math.max(...far)).toBeLessThan(5e-4);
    const { config } = await reference;
    const final = await loadAdapter(golden("tiny/adapter_final"), { config });
    const trained = await state.read(names);
    for (const key of names) {
      const error = relativeError(trained[key]!.data, final.weights[key]!.data);
      expect(error, key).toBeLessThan(1e-4);
    }
    await program.dispose();
  });

  test("alignment, uniformity and modality gap of the base embeddings are the reference's", async () => {
    const { expected } = await reference;
    const embeds: Arrays = {
      images: expected["base.image_embeds"]!,
      texts: expected["base.text_embeds"]!,
    };
    const program = await engine.compile({
      name: "geometry",
      inputs: specsOf(embeds),
      run: ({ inputs }) => {
        const [images, texts] = [inputs["images"], inputs["texts"]] as [tf.Tensor2D, tf.Tensor2D];
        return {
          outputs: {
            alignment: alignment(images, texts),
            image: uniformity(images),
            text: uniformity(texts),
            gap: modalityGap(images, texts),
          },
        };
      },
    });
    const { alignment: together, image, text, gap } = await program.step(dataOf(embeds));
    expect(together!.data[0]).toBeCloseTo(geometry.alignment_alpha2, 4);
    expect(image!.data[0]).toBeCloseTo(geometry.uniformity_t2_image, 4);
    expect(text!.data[0]).toBeCloseTo(geometry.uniformity_t2_text, 4);
    expect(gap!.data[0]).toBeCloseTo(geometry.modality_gap_norm, 4);
    await program.dispose();
  });
});
