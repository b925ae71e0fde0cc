import { join } from "node:path";
import { readSafetensors } from "@cliptune/clip";
import { createEngine } from "@cliptune/engine";
import { parseTrainConfig, train } from "@cliptune/trainer";
import { expect, test, vi } from "vitest";
import { rulesOf } from "../dist/parameter-rules.js";
import { tinyWorld } from "./tiny-world.js";

const world = await tinyWorld();
const engine = await createEngine("auto");
vi.setConfig({ testTimeout: 60_000 });
const { model } = world;

/** Largest change of each weight in one step of AdamW, which moves every number by its learning rate. */
async function changes(name: string, optimizer: Record<string, unknown>) {
  const config = world.full({
    data: { train: [{ path: world.pictures }] },
    steps: 1,
    optimizer: {
      learningRate: 1e-3,
      warmup: 0,
      schedule: "constant",
      weightDecay: 0,
      ...optimizer,
    },
  });
  const outDir = join(world.dir, name);
  await train(config, { outDir, engine, model });
  const { tensors } = await readSafetensors(join(outDir, "model/model.safetensors"));
  return (weight: string): number => {
    const before = model.weights[weight]!.data;
    return Math.max(...tensors[weight]!.data.map((x, i) => Math.abs(x - before[i]!)));
  };
}

test("layerDecay: a block learns as fast as that share of the block above it, what is before the blocks slower still", async () => {
  const change = await changes("layers", { layerDecay: 0.5 });
  for (const tower of ["vision_model", "text_model"]) {
    const block = (i: number) => `${tower}.encoder.layers.${i}.mlp.fc1.weight`;
    expect(change(block(1)) / 1e-3).toBeCloseTo(1, 2);
    expect(change(block(0)) / 1e-3).toBeCloseTo(0.5, 2);
    expect(change(`${tower}.embeddings.position_embedding.weight`) / 1e-3).toBeCloseTo(0.25, 2);
  }
  expect(change("vision_model.pre_layrnorm.weight") / 1e-3).toBeCloseTo(0.25, 2);
  for (const name of ["visual_projection.weight", "vision_model.post_layernorm.weight"]) {
    expect(change(name) / 1e-3).toBeCloseTo(1, 2);
  }
});

test("each tower and the temperature learn at their own rates", async () => {
  const change = await changes("towers", {
    ...{ image: { learningRate: 2e-4 }, temperature: { learningRate: 5e-3 } },
  });
  expect(change("vision_model.encoder.layers.0.self_attn.q_proj.weight") / 2e-4).toBeCloseTo(1, 1);
  expect(change("visual_projection.weight") / 2e-4).toBeCloseTo(1, 1);
  expect(change("text_projection.weight") / 1e-3).toBeCloseTo(1, 1);
  expect(change("logit_scale") / 5e-3).toBeCloseTo(1, 1);
});

test("decay pulls at matrices by default, at what noDecay leaves otherwise, and by each tower's own amount", () => {
  const decays = (optimizer: Record<string, unknown>) => {
    const rule = rulesOf(
      parseTrainConfig({
        data: { train: [{ path: "." }] },
        optimizer: { weightDecay: 0.01, ...optimizer },
      }),
      model.config,
    );
    return (name: string): number => rule(name, []).decay ?? 0.01;
  };
  const usual = decays({});
  for (const [name, { shape }] of Object.entries(model.weights)) {
    expect(usual(name), name).toBe(shape.length >= 2 ? 0.01 : 0);
  }
  for (const name of [
    "logit_bias",
    "vision_model.encoder.layers.0.mlp.fc1.lora_magnitude_vector",
  ]) {
    expect(usual(name)).toBe(0);
  }
  expect(usual("text_model.encoder.layers.0.mlp.fc1.lora_A.weight")).toBe(0.01);
  const other = decays({ noDecay: ["embeddings"], text: { weightDecay: 0.2 } });
  expect(other("text_model.final_layer_norm.bias")).toBe(0.2);
  expect(other("text_model.embeddings.token_embedding.weight")).toBe(0);
  expect(other("vision_model.post_layernorm.weight")).toBe(0.01);
  expect(other("logit_scale")).toBe(0.01);
});

test("a resolved configuration shows what is not decayed, and a wrong kind is named", () => {
  const data = { train: [{ path: "." }] };
  expect(parseTrainConfig({ data }).optimizer.noDecay).toEqual([
    "biases",
    "norms",
    "temperature",
    "magnitudes",
    "classEmbedding",
  ]);
  expect(() => parseTrainConfig({ data, optimizer: { noDecay: ["bias"] } })).toThrow(
    /"biases"[\s\S]*at optimizer\.noDecay\[0\]/,
  );
  expect(() => parseTrainConfig({ data, optimizer: { text: { weigthDecay: 1 } } })).toThrow(
    'did you mean "weightDecay"?',
  );
});

test("two trained towers with decays of their own end where each alone would", async () => {
  const pulled = await changes("pulled", { weightDecay: 10, image: { weightDecay: 0 } });
  // One step adds rate · decay · weight to the update.
  const largest = (name: string) => Math.max(...model.weights[name]!.data.map(Math.abs));
  expect(pulled("visual_projection.weight")).toBeCloseTo(1e-3, 5);
  expect(pulled("text_projection.weight")).toBeGreaterThan(
    1e-2 * largest("text_projection.weight"),
  );
  expect(pulled("text_model.final_layer_norm.weight")).toBeCloseTo(1e-3, 5);
});
