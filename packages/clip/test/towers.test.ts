import {
  type ClipConfig,
  endPositions,
  imageTower,
  initLora,
  initModel,
  loraSites,
  type Network,
  seededRandom,
  textTower,
} from "@cliptune/clip";
import { type Arrays, createEngine, type Engine, engineNames, gelu } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dataOf, largestDifference, specsOf } from "./golden.js";

const engines = engineNames.filter((name) => name === "cpu" || name === "onnx-cpu");

/** Small, with a picture that patches do not fill, one vision layer, unequal widths, exact GELU. */
const odd: ClipConfig = {
  projectionDim: 10,
  logitScaleInit: 2.6592,
  text: {
    hiddenSize: 12,
    intermediateSize: 20,
    numHiddenLayers: 3,
    numAttentionHeads: 3,
    hiddenAct: "gelu",
    layerNormEps: 1e-5,
    vocabSize: 50,
    maxPositionEmbeddings: 77,
    padTokenId: 1,
    bosTokenId: 48,
    eosTokenId: 49,
  },
  vision: {
    hiddenSize: 16,
    intermediateSize: 24,
    numHiddenLayers: 1,
    numAttentionHeads: 2,
    hiddenAct: "gelu",
    layerNormEps: 1e-5,
    numChannels: 3,
    imageSize: 23,
    patchSize: 7,
  },
};

const uniform = (seed: number, ...shape: number[]): Arrays[string] => {
  const random = seededRandom(seed, "data");
  const length = shape.reduce((n, d) => n * d, 1);
  return { dtype: "float32", shape, data: Float32Array.from({ length }, () => 2 * random() - 1) };
};

/** Three texts of 2, 9 and 16 tokens, padded with end-of-text to `length`. */
function someTexts(length: number): Arrays {
  const lengths = [2, 9, 16];
  const ids = new Int32Array(3 * length).fill(49);
  for (const [row, n] of lengths.entries()) {
    const random = seededRandom(row, "text");
    ids.set([48, ...Array.from({ length: n - 2 }, () => Math.floor(random() * 48))], row * length);
  }
  return {
    ids: { dtype: "int32", shape: [3, length], data: ids },
    ends: { dtype: "int32", shape: [3], data: Int32Array.from(lengths, (n) => n - 1) },
  };
}

describe.each(engines)("on engine %s", (name) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine(name);
  });
  afterAll(() => engine.dispose());

  async function run(
    inputs: Arrays,
    constants: Arrays,
    body: (net: Network, values: Record<string, tf.Tensor>) => tf.Tensor,
    on = engine,
  ): Promise<Float32Array> {
    const program = await on.compile({
      name: "test",
      constants: on.constants(constants),
      inputs: specsOf(inputs),
      run: ({ constants: params, inputs: values }) => ({
        outputs: { out: body({ config: odd, params }, values) },
      }),
    });
    const { out } = await program.step(dataOf(inputs));
    await program.dispose();
    return out!.data as Float32Array;
  }

  const embedTexts = (length: number) =>
    run(someTexts(length), initModel(odd, 1), (net, v) =>
      textTower(net, v["ids"] as tf.Tensor2D, v["ends"] as tf.Tensor1D),
    );

  test("a text in a short bucket has the embedding it has at full length", async () => {
    const full = await embedTexts(77);
    expect(Math.max(...full.map(Math.abs))).toBeGreaterThan(0.1);
    expect(largestDifference(await embedTexts(16), full)).toBeLessThan(1e-6);
    expect(largestDifference(await embedTexts(32), full)).toBeLessThan(1e-6);
  });

  test("a picture that patches do not fill loses its right and lower edge, as a strided convolution", async () => {
    const weights = initModel(odd, 2);
    const pixels = uniform(3, 2, 23, 23, 3);
    const cut = Float32Array.from(pixels.data, (value, i) => {
      const [y, x] = [Math.floor(i / 69) % 23, Math.floor(i / 3) % 23];
      return y < 21 && x < 21 ? value : 100;
    });
    const tower = (net: Network, v: Record<string, tf.Tensor>) =>
      imageTower(net, v["pixels"] as tf.Tensor4D);
    const whole = await run({ pixels }, weights, tower);
    const same = await run({ pixels: { ...pixels, data: cut } }, weights, tower);
    expect(largestDifference(same, whole)).toBe(0);
  });

  test("the image tower is convolution, transformer, class token, projection, written out", async () => {
    const weights = initModel(odd, 4);
    const pixels = uniform(5, 2, 23, 23, 3);
    const ours = await run({ pixels }, weights, (net, v) =>
      imageTower(net, v["pixels"] as tf.Tensor4D),
    );
    const eager = await createEngine("cpu"); // another engine than the one tested
    const plain = await run(
      { pixels },
      weights,
      (net, v) => plainImageTower(net, v["pixels"] as tf.Tensor4D),
      eager,
    );
    expect(largestDifference(ours, plain)).toBeLessThan(1e-5);
  });

  test("LoRA dropout is off at rate 0, repeats with its seed, and differs between seeds", async () => {
    const lora = { rank: 2, alpha: 2, dropout: 0.5, targets: ["q_proj", "v_proj", "fc2"] };
    const sites = loraSites(odd, lora);
    const matrices = Object.fromEntries(
      Object.entries(initLora(odd, lora, 1)).map(([key, { shape }], i) => [
        key,
        uniform(i, ...shape),
      ]),
    );
    const scales = Object.fromEntries(Object.entries(sites).map(([path, s]) => [path, s.scale]));
    const embed = (rate: number, seed: number) => {
      const inputs = {
        ...someTexts(16),
        seed: { dtype: "float32", shape: [], data: Float32Array.of(seed) },
      } as const;
      return run(inputs, { ...initModel(odd, 1), ...matrices }, (net, v) =>
        textTower(
          {
            ...net,
            lora: { params: net.params, scales, dropout: { rate, seed: v["seed"] as tf.Scalar } },
          },
          v["ids"] as tf.Tensor2D,
          v["ends"] as tf.Tensor1D,
        ),
      );
    };
    const [none, one, again, two] = [
      await embed(0, 1),
      await embed(0.5, 1),
      await embed(0.5, 1),
      await embed(0.5, 2),
    ];
    expect(largestDifference(one, again)).toBe(0);
    expect(largestDifference(one, two)).toBeGreaterThan(1e-3);
    expect(largestDifference(one, none)).toBeGreaterThan(1e-3);
    expect(largestDifference(none, await embed(0, 2))).toBe(0);
  });
});

/** The same tower from tfjs's own operators: conv2d, every row through every block. */
function plainImageTower(net: Network, pixels: tf.Tensor4D): tf.Tensor {
  const w = (key: string) => net.params[`vision_model.${key}`]!;
  const dense = (x: tf.Tensor, key: string) =>
    tf.add(tf.matMul(x, tf.transpose(w(`${key}.weight`))), w(`${key}.bias`));
  const norm = (x: tf.Tensor, key: string) => {
    const { mean, variance } = tf.moments(x, -1, true);
    const unit = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5)));
    return tf.add(tf.mul(unit, w(`${key}.weight`)), w(`${key}.bias`));
  };
  const kernel = tf.transpose(w("embeddings.patch_embedding.weight"), [2, 3, 1, 0]) as tf.Tensor4D;
  const cells = tf.reshape(tf.conv2d(pixels, kernel, 7, "valid"), [2, 9, 16]);
  const first = tf.tile(tf.reshape(w("embeddings.class_embedding"), [1, 1, 16]), [2, 1, 1]);
  const tokens = tf.add(tf.concat([first, cells], 1), w("embeddings.position_embedding.weight"));
  const x = norm(tokens, "pre_layrnorm");
  const layer = "encoder.layers.0";
  const n = norm(x, `${layer}.layer_norm1`);
  const heads = ["q", "k", "v"].map((p) =>
    tf.transpose(
      tf.reshape(dense(tf.reshape(n, [20, 16]), `${layer}.self_attn.${p}_proj`), [2, 10, 2, 8]),
      [0, 2, 1, 3],
    ),
  ) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const weights = tf.softmax(tf.div(tf.matMul(heads[0], heads[1], false, true), Math.sqrt(8)));
  const mixed = tf.reshape(tf.transpose(tf.matMul(weights, heads[2]), [0, 2, 1, 3]), [20, 16]);
  const after = tf.add(tf.reshape(x, [20, 16]), dense(mixed, `${layer}.self_attn.out_proj`));
  const hidden = gelu(dense(norm(after, `${layer}.layer_norm2`), `${layer}.mlp.fc1`));
  const last = tf.reshape(tf.add(after, dense(hidden, `${layer}.mlp.fc2`)), [2, 10, 16]);
  const pooled = norm(tf.reshape(tf.slice(last, [0, 0, 0], [2, 1, 16]), [2, 16]), "post_layernorm");
  return tf.matMul(pooled, tf.transpose(net.params["visual_projection.weight"]!));
}

describe("where a row of tokens ends", () => {
  const ends = (eosTokenId: number, ...rows: number[][]) => [
    ...endPositions(rows.flat(), { rows: rows.length, length: rows[0]!.length, eosTokenId }),
  ];

  test("is the first end-of-text token", () => {
    expect(ends(9, [1, 2, 9, 9], [1, 9, 3, 9])).toEqual([2, 1]);
    expect(ends(49407, [49406, 5, 49407, 49407])).toEqual([2]);
  });

  test("is the largest id in OpenAI's files, which say 2 and mean 49407", () => {
    expect(ends(2, [49406, 2, 49407, 0], [49406, 7, 8, 49407])).toEqual([2, 3]);
    expect(ends(2, [4, 7, 6, 0])).toEqual([1]); // a small model with the legacy id
    expect(ends(2, [0, 50_000, 2, 2])).toEqual([2]); // MetaCLIP 2 really ends with 2
  });

  test("must exist", () => {
    expect(() => ends(9, [1, 2, 9], [1, 2, 3])).toThrow(/Row 1 .* no end-of-text token \(9\)/);
  });
});
