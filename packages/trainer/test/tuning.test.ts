import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createEncoder, loadAdapter, loadModel, readSafetensors, saveModel } from "@cliptune/clip";
import { createEngine } from "@cliptune/engine";
import { evaluateRetrieval, readFolder, type TrainConfig, train } from "@cliptune/trainer";
import { describe, expect, test, vi } from "vitest";
import { tuningOf } from "../dist/tuning.js";
import { stopAfter, tinyWorld } from "./tiny-world.js";

const world = await tinyWorld();
const engine = await createEngine("auto");
vi.setConfig({ testTimeout: 240_000 });
await saveModel(world.model, join(world.dir, "model"));
const model = await loadModel(join(world.dir, "model"));
const shape = model.config;
const lora = (overrides: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  world.config({ lora: { rank: 4, alpha: 8, ...overrides }, ...more });

describe("what a configuration trains", () => {
  test("each tower may have its own rank, alpha, dropout, targets and last blocks, in one PEFT adapter", () => {
    const config = lora({
      image: { rank: 2, alpha: 2, lastBlocks: 1 },
      text: { targets: ["fc1"], dropout: 0.2 },
    });
    const tuning = tuningOf(config, shape);
    expect(tuning.lora).toMatchObject({ rank: 4, alpha: 8, dropout: 0.2 });
    expect(tuning.lora!.targets).toEqual([
      ...["q_proj", "k_proj", "v_proj", "out_proj"].map(
        (name) => `vision_model.encoder.layers.1.self_attn.${name}`,
      ),
      "text_model.encoder.layers.0.mlp.fc1",
      "text_model.encoder.layers.1.mlp.fc1",
    ]);
    const q = "^vision_model\\.encoder\\.layers\\.1\\.self_attn\\.q_proj";
    expect(tuning.lora!.rankPattern).toMatchObject({ [q]: 2 });
    expect(tuning.dropoutOf("text_model.encoder.layers.0.mlp.fc1")).toBe(0.2);
    expect(tuning.dropoutOf("visual_projection")).toBe(0);
  });

  test("without differences PEFT's configuration stays as it is written", () => {
    expect(tuningOf(lora({}), shape).lora!.targets).toEqual([
      "q_proj",
      "k_proj",
      "v_proj",
      "out_proj",
    ]);
  });

  test("what cannot be is one clear error", () => {
    const of = (config: TrainConfig) => () => tuningOf(config, shape);
    expect(of(lora({ text: { targets: ["visual_projection"] } }))).toThrow(
      'lora.text: the targets ["visual_projection"] match no layer of the text tower',
    );
    expect(of(lora({ lastBlocks: 3 }))).toThrow(
      "lora.lastBlocks is 3, but the towers have 2 (image) and 2 (text) blocks",
    );
    const frozen = { mode: { image: "lora", text: "frozen" } };
    expect(of(lora({ bias: "all" }, frozen))).toThrow('use "lora_only"');
    expect(of(lora({ modulesToSave: ["text_projection"] }, frozen))).toThrow("not in lora mode");
    expect(() => lora({}, { mode: { image: "frozen", text: "frozen" } })).toThrow(
      "one tower to train",
    );
    expect(() => lora({ useDora: true, init: "pissa" })).toThrow("DoRA's lengths");
  });
});

/** Metrics of the model as it was. */
const untuned = (async () => {
  const plain = await createEncoder(engine, model);
  const pairs = await readFolder(world.pictures);
  const metrics = await evaluateRetrieval(plain, pairs, { preprocessing: model.preprocessing });
  await plain.dispose();
  return metrics;
})();

const everything = ["adapter_model.safetensors", "model.safetensors", "optimizer.safetensors"];

/** The files of the newest checkpoint, by name. */
async function newest(dir: string): Promise<Record<string, Buffer>> {
  const path = join(dir, "checkpoints/step-000003");
  const names = (await readdir(path)).filter((name) => everything.includes(name));
  const files = names.map(async (name) => [name, await readFile(join(path, name))] as const);
  return Object.fromEntries(await Promise.all(files));
}

describe.each([
  [
    "DoRA with biases, projections, temperature and dropout in one tower",
    lora(
      {
        useDora: true,
        bias: "lora_only",
        modulesToSave: ["visual_projection"],
        text: { dropout: 0.1 },
      },
      { temperature: "learned", recompute: true },
    ),
  ],
  ["PiSSA under rsLoRA", lora({ init: "pissa", useRslora: true, strength: 0.5 })],
  [
    "LoRA images and full texts",
    lora({}, { mode: { image: "lora", text: "full" }, recompute: true }),
  ],
  [
    "frozen images and LoRA texts",
    lora({ init: "gaussian" }, { mode: { image: "frozen", text: "lora" } }),
  ],
] as const)("%s", (name, given) => {
  const config: TrainConfig = {
    ...given,
    steps: 3,
    checkpoint: { ...given.checkpoint, every: 1 },
    evaluate: { ...given.evaluate, every: 3 },
  };
  const outDir = join(world.dir, name);

  test("starts at the base, resumes with the same bits, and ends with what it was evaluated as", async () => {
    const summary = await train(config, { outDir, engine, model });
    const broken = `${outDir} broken`;
    await train(config, {
      ...{ outDir: broken, engine, model, ...stopAfter(1) },
    });
    await train(config, { outDir: broken, engine, model, resume: true });
    expect(await newest(broken)).toEqual(await newest(outDir));

    const best = join(outDir, "best");
    const adapted = (await readdir(best)).includes("adapter_config.json");
    const encoder = adapted
      ? await createEncoder(engine, model, {
          adapter: await loadAdapter(best, model),
          strength: config.lora.strength,
        })
      : await createEncoder(engine, await loadModel(best));
    const { preprocessing } = model;
    const pairs = await readFolder(world.pictures);
    const metrics = await evaluateRetrieval(encoder, pairs, { preprocessing });
    await encoder.dispose();
    const base = await untuned;
    expect(metrics.alignment).toBeCloseTo(summary.final!.inDomain!.alignment, 5);
    expect(base.alignment).toBeCloseTo(summary.base!.inDomain!.alignment, 5);
    expect(Math.abs(metrics.alignment - base.alignment)).toBeGreaterThan(1e-4);
  });
});

test("a learnt temperature is saved beside the adapter", async () => {
  const best = join(
    world.dir,
    "DoRA with biases, projections, temperature and dropout in one tower/best",
  );
  const { logitScale } = await loadAdapter(best, model);
  const before = Math.exp(Number(model.weights["logit_scale"]!.data[0]));
  expect(logitScale).not.toBeCloseTo(before, 6);
  expect(Math.abs(logitScale! / before - 1)).toBeLessThan(0.05);
});

test("a frozen tower has no parameters in the adapter; one beside a full tower is merged into the model", async () => {
  const texts = await loadAdapter(join(world.dir, "frozen images and LoRA texts/best"), model);
  expect(Object.keys(texts.weights).every((key) => key.startsWith("text_model."))).toBe(true);
  const path = join(world.dir, "LoRA images and full texts/best/model.safetensors");
  const { tensors } = await readSafetensors(path);
  const changed = Object.keys(tensors).filter(
    (key) => Buffer.compare(bytes(tensors[key]!.data), bytes(model.weights[key]!.data)) !== 0,
  );
  const images = changed.filter((key) => key.startsWith("vision_model."));
  expect(images.every((key) => /self_attn\.(q|k|v|out)_proj\.weight$/.test(key))).toBe(true);
  expect(changed).toContain("text_projection.weight");
  expect(changed).not.toContain("logit_scale");
});

const bytes = (data: { buffer: ArrayBufferLike; byteOffset: number; byteLength: number }) =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength);
