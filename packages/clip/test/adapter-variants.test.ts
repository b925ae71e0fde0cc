import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Adapter,
  adapterShapes,
  combineAdapters,
  countParameters,
  createEncoder,
  initLora,
  initMagnitudes,
  initModel,
  type LoraConfig,
  loadAdapter,
  loadModel,
  loraSites,
  mergeAdapter,
  pissaFromLora,
  pissaStart,
  pissaToLora,
  presetConfig,
  readSafetensors,
  saveAdapter,
  saveModel,
  seededRandom,
  unmergeAdapter,
} from "@cliptune/clip";
import { type Arrays, createEngine } from "@cliptune/engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { largestDifference, relativeError } from "./golden.js";

const config = presetConfig("tiny");
const weights = initModel(config, 0);
const engine = await createEngine("auto");
const lora = (more: Partial<LoraConfig> = {}): LoraConfig => ({
  rank: 4,
  alpha: 8,
  dropout: 0,
  targets: ["q_proj", "fc2"],
  rankPattern: {},
  alphaPattern: {},
  useRslora: false,
  ...more,
});

/** As after training: no matrix is zero and no weight as it was. */
function trained(own: LoraConfig): Adapter {
  const random = seededRandom(1, "trained");
  const shapes = adapterShapes(config, own);
  const starts: Arrays = { ...weights, ...initMagnitudes(config, own, weights) };
  const arrays = Object.entries(shapes).map(([name, shape]) => {
    const size = shape.reduce((n, d) => n * d, 1);
    const base = starts[name]?.data;
    const data = Float32Array.from(
      { length: size },
      (_, i) => (base?.[i] ?? 0) + 0.05 * (random() - 0.5),
    );
    return [name, { dtype: "float32", shape, data }];
  });
  return { config: own, weights: Object.fromEntries(arrays) };
}

let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "clip-variants-"));
  await saveModel({ config, weights }, join(dir, "model"));
});
afterAll(() => rm(dir, { recursive: true }));

const pixels = Uint8Array.from(
  { length: 2 * config.vision.imageSize ** 2 * 3 },
  (_, i) => (i * 31) % 256,
);

/** Embeddings of two pictures with an adapter beside the model, or of other weights. */
async function embed(adapter: Adapter | undefined, own = weights, strength = 1) {
  const model = { ...(await loadModel(join(dir, "model"))), weights: own };
  const options = adapter ? { adapter, strength } : {};
  const encoder = await createEncoder(engine, model, { ...options, batchSizes: [2] });
  const vectors = await encoder.encodeImages(pixels, 2);
  await encoder.dispose();
  return vectors;
}

let base: Promise<Float32Array> | undefined;
const embedBase = () => (base ??= embed(undefined));

describe.each([
  ["DoRA", { useDora: true }],
  ["bias of adapted layers", { bias: "lora_only" }],
  ["all biases", { bias: "all" }],
  ["projections saved whole", { modulesToSave: ["visual_projection", "text_projection"] }],
  ["all of them", { useDora: true, bias: "all", modulesToSave: ["visual_projection"] }],
] as const)("%s", (name, more) => {
  const adapter = trained(lora(more));

  test("is written under PEFT's names and read back", async () => {
    const out = join(dir, name);
    await saveAdapter(out, adapter);
    const { tensors } = await readSafetensors(join(out, "adapter_model.safetensors"));
    const q = "base_model.model.vision_model.encoder.layers.0.self_attn.q_proj";
    const keys = Object.keys(tensors);
    expect(keys).toContain(`${q}.lora_A.weight`);
    if ("useDora" in more) expect(keys).toContain(`${q}.lora_magnitude_vector`);
    if ("bias" in more) expect(keys).toContain(`${q}.base_layer.bias`);
    if (name === "all biases") {
      expect(keys).toContain("base_model.model.vision_model.encoder.layers.0.mlp.fc1.bias");
      expect(keys).toContain("base_model.model.vision_model.encoder.layers.0.layer_norm1.bias");
    }
    if ("modulesToSave" in more)
      expect(keys).toContain("base_model.model.visual_projection.weight");
    expect(await loadAdapter(out, { config })).toEqual(adapter);
  });

  test("beside the model it computes what it does merged into it, at strength 1 and 0.5; 0 is the base", async () => {
    for (const strength of [1, 0.5]) {
      const merged = await embed(undefined, mergeAdapter(weights, adapter, strength));
      // Half of a low-rank update is linear in the weight only; both are, here.
      expect(relativeError(await embed(adapter, weights, strength), merged)).toBeLessThan(2e-5);
    }
    expect(largestDifference(await embed(adapter, weights, 0), await embedBase())).toBeLessThan(
      1e-6,
    );
  });

  test("cannot be added to another or taken out of a model", () => {
    expect(() => combineAdapters([{ adapter, weight: 1 }], { type: "cat" })).toThrow("merge it");
    expect(() => unmergeAdapter(weights, adapter)).toThrow("load the base model");
  });
});

test("DoRA starts at the base: magnitudes are the lengths of the rows", async () => {
  const own = lora({ useDora: true });
  const start = { ...initLora(config, own, 0), ...initMagnitudes(config, own, weights) };
  expect(
    relativeError(await embed({ config: own, weights: start }), await embedBase()),
  ).toBeLessThan(1e-5);
});

test("DoRA's weight is m (W + sBA) / ‖W + sBA‖, row by row: an example by hand", () => {
  // W = [3 4], s = 2, B = 1, A = [0 0.5]: W + sBA = [3 5], of length √34; with m = 2: [6 10] / √34.
  const array = (shape: number[], ...data: number[]) =>
    ({ dtype: "float32", shape, data: Float32Array.from(data) }) as const;
  const adapter: Adapter = {
    config: { rank: 1, alpha: 2, dropout: 0, targets: ["layer"], useDora: true },
    weights: {
      "layer.lora_A.weight": array([1, 2], 0, 0.5),
      "layer.lora_B.weight": array([1, 1], 1),
      "layer.lora_magnitude_vector": array([1], 2),
    },
  };
  const base = { "layer.weight": array([1, 2], 3, 4) };
  const whole = [...mergeAdapter(base, adapter)["layer.weight"]!.data];
  expect(whole[0]).toBeCloseTo(6 / Math.sqrt(34), 6);
  expect(whole[1]).toBeCloseTo(10 / Math.sqrt(34), 6);
  const half = [...mergeAdapter(base, adapter, 0.5)["layer.weight"]!.data];
  expect(half[0]).toBeCloseTo((3 + 6 / Math.sqrt(34)) / 2, 6);
});

test("modules saved whole are not adapted, and count as PEFT counts them", () => {
  const own = lora({ targets: "all-linear", modulesToSave: ["visual_projection"] });
  expect(Object.keys(loraSites(config, own))).not.toContain("visual_projection");
  const count = countParameters(config, lora({ modulesToSave: ["visual_projection"] }));
  const plain = countParameters(config, lora());
  const size = config.projectionDim * config.vision.hiddenSize;
  expect(count.trainable - plain.trainable).toBe(size);
  expect(count.total - plain.total).toBe(size);
  const biased = countParameters(config, lora({ bias: "all" }));
  expect(biased.total).toBe(plain.total); // trained in place
});

test("a Gaussian start has a standard deviation of 1 / rank", () => {
  const { data } = initLora(config, lora(), 3, "gaussian")[
    "vision_model.encoder.layers.0.mlp.fc2.lora_A.weight"
  ]!;
  const square = (data as Float32Array).reduce((sum, x) => sum + x * x, 0) / data.length;
  expect(Math.sqrt(square)).toBeCloseTo(1 / 4, 1);
});

describe("PiSSA", () => {
  const own = lora({ rank: 6, alpha: 3, targets: ["out_proj"] });
  const start = pissaStart({ config, weights }, own, 0);
  const path = "text_model.encoder.layers.1.self_attn.out_proj";

  test("starts from the best rank-6 approximation: what is left is orthogonal to it and smaller", () => {
    const [a, b] = [start[`${path}.lora_A.weight`]!, start[`${path}.lora_B.weight`]!];
    const [rank, width] = a.shape as [number, number];
    const w = weights[`${path}.weight`]!.data;
    let [kept, left, inner] = [0, 0, 0];
    for (let row = 0; row < b.shape[0]!; row++) {
      for (let i = 0; i < width; i++) {
        let product = 0;
        for (let r = 0; r < rank; r++)
          product += 0.5 * b.data[row * rank + r]! * a.data[r * width + i]!;
        const rest = w[row * width + i]! - product;
        kept += product * product;
        left += rest * rest;
        inner += product * rest;
      }
    }
    expect(Math.abs(inner) / kept).toBeLessThan(0.02);
    expect(kept / (kept + left)).toBeGreaterThan(rank / width); // more than its share of directions
    // B's and A's columns share the singular value: equal lengths.
    const length = (of: Float32Array, from: number, stride: number, n: number) =>
      Math.sqrt(
        Array.from({ length: n }, (_, i) => of[from + i * stride]! ** 2).reduce((x, y) => x + y),
      );
    expect(length(b.data as Float32Array, 0, rank, b.shape[0]!)).toBeCloseTo(
      length(a.data as Float32Array, 0, 1, width),
      4,
    );
  });

  test("becomes a plain adapter of twice the rank and the same scale, for the base as it was", async () => {
    const plain = pissaToLora({ config: own, weights: start }, start);
    expect(plain.config).toMatchObject({ rank: 12, alpha: 6 });
    expect(loraSites(config, plain.config)[path]!.scale).toBe(loraSites(config, own)[path]!.scale);
    expect(relativeError(await embed(plain), await embedBase())).toBeLessThan(1e-5);
    expect(pissaFromLora(plain.weights, start)).toEqual(start);
  });

  test("keeps its scale under rsLoRA and under patterns", () => {
    const odd = lora({ useRslora: true, rankPattern: { q_proj: 2 }, alphaPattern: { fc2: 5 } });
    const first = pissaStart({ config, weights }, odd, 0);
    const plain = pissaToLora({ config: odd, weights: first }, first);
    const scales = (of: LoraConfig) =>
      Object.values(loraSites(config, of)).map(({ scale }) => scale);
    const pairs = scales(plain.config).map((scale, i) => scale / scales(odd)[i]!);
    for (const ratio of pairs) expect(ratio).toBeCloseTo(1, 9);
    expect(
      Object.entries(adapterShapes(config, plain.config)).every(
        ([k, s]) => `${plain.weights[k]!.shape}` === `${s}`,
      ),
    ).toBe(true);
  });
});
