import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  configJson,
  defaultPreprocessing,
  initModel,
  loadModel,
  parseConfig,
  presetConfig,
  presetNames,
  readSafetensors,
  saveModel,
  seededRandom,
  weightShapes,
  writeSafetensors,
} from "@cliptune/clip";
import type { Arrays } from "@cliptune/engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { byteTokenizer } from "./byte-tokenizer.js";
import { golden, largestDifference } from "./golden.js";

const source = golden("tiny/model");
let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "clip-model-"));
});
afterAll(() => rm(dir, { recursive: true }));

/** A copy of the golden model with other files in it. */
async function altered(name: string, files: Record<string, unknown>): Promise<string> {
  const copy = join(dir, name);
  await cp(source, copy, { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    await writeFile(join(copy, file), text);
  }
  return copy;
}

async function withWeights(
  name: string,
  change: (weights: Record<string, Arrays[string]>) => void,
) {
  const copy = await altered(name, {});
  const { tensors } = await readSafetensors(join(source, "model.safetensors"));
  const weights = { ...tensors };
  change(weights);
  await writeSafetensors(join(copy, "model.safetensors"), weights);
  return copy;
}

/** Element by element through toEqual is slow for a million of them. */
function expectSame(a: Arrays, b: Arrays): void {
  expect(Object.keys(a)).toEqual(Object.keys(b));
  for (const [name, { data }] of Object.entries(a)) {
    expect(largestDifference(data, b[name]!.data), name).toBe(0);
  }
}

const refusal = (message: RegExp) =>
  expect.objectContaining({ name: "UserError", message: expect.stringMatching(message) });

describe("a configuration", () => {
  test("that is empty is OpenAI's ViT-B/32, and the hub's sparse one too", () => {
    expect(parseConfig({})).toEqual(presetConfig("clip-vit-base-patch32"));
    const sparse = {
      model_type: "clip",
      projection_dim: 512,
      text_config: { bos_token_id: 0, eos_token_id: 2 },
      vision_config: { dropout: 0 },
    };
    const { text } = parseConfig(sparse);
    expect(text).toMatchObject({ eosTokenId: 2, hiddenSize: 512, hiddenAct: "quick_gelu" });
  });

  test("takes the legacy dictionaries over the nested ones", () => {
    const json = { vision_config: { patch_size: 32 }, vision_config_dict: { patch_size: 16 } };
    expect(parseConfig(json).vision.patchSize).toBe(16);
  });

  test.each(presetNames)("%s comes back from its own JSON", (name) => {
    expect(parseConfig(configJson(presetConfig(name)))).toEqual(presetConfig(name));
  });

  test("of the shipped model is the preset tiny", async () => {
    const shipped = join(import.meta.dirname, "../../../data/models/tiny/config.json");
    expect(parseConfig(JSON.parse(await readFile(shipped, "utf8")))).toEqual(presetConfig("tiny"));
  });

  test.each([
    [{ model_type: "siglip" }, /model_type is "siglip"; only "clip"/],
    [{ text_config: { hidden_act: "relu" } }, /text_config: hidden_act is "relu"/],
    [
      { vision_config: { num_attention_heads: 7 } },
      /hidden_size 768 must be a multiple of num_attention_heads 7/,
    ],
    [{ vision_config: { patch_size: 0 } }, /patch_size is 0/],
    [{ vision_config: { num_channels: 1 } }, /num_channels is 1/],
    [{ vision_config: { patch_size: 256 } }, /patch_size 256 must not exceed image_size 224/],
    [{ projection_dim: 1.5 }, /projection_dim is 1.5; it must be a whole number/],
    [{ text_config: [] }, /text_config must be an object/],
    [null, /JSON object/],
  ])("%j is refused", (json, message) => {
    expect(() => parseConfig(json)).toThrow(refusal(message));
  });
});

describe("a model directory", () => {
  test("with weights alone takes OpenAI's preprocessing; only a text asks for the tokenizer", async () => {
    const model = await loadModel(source);
    expect(model.preprocessing).toEqual(defaultPreprocessing(32));
    expect(Object.keys(model.weights).sort()).toEqual(
      Object.keys(weightShapes(model.config)).sort(),
    );
    expect(() => model.tokenizer.encode(["a"])).toThrow(
      refusal(/tokenizer\.json does not exist; texts need it/),
    );
  });

  test("saved is the same model: to the bit in float32, to 11 bits in float16", async () => {
    const model = await loadModel(await altered("full", { "tokenizer.json": byteTokenizer() }));
    const copy = join(dir, "saved");
    await saveModel(model, copy);
    const back = await loadModel(copy);
    expect(back.config).toEqual(model.config);
    expect(back.preprocessing).toEqual(model.preprocessing);
    expect(back.tokenizer.json).toEqual(model.tokenizer.json);
    expectSame(back.weights, model.weights);
    await saveModel(model, join(dir, "half"), { dtype: "float16" });
    const half = await loadModel(join(dir, "half"));
    for (const [name, { data }] of Object.entries(model.weights)) {
      const most = (data as Float32Array).reduce((m, x) => Math.max(m, Math.abs(x)), 2 ** -14);
      expect(largestDifference(half.weights[name]!.data, data)).toBeLessThanOrEqual(
        most * 2 ** -11,
      );
    }
    expect(half.fingerprint).not.toBe(back.fingerprint);
    expect((await loadModel(copy)).fingerprint).toBe(back.fingerprint);
  });

  test("in shards is read whole", async () => {
    const copy = await altered("shards", {});
    const { tensors } = await readSafetensors(join(copy, "model.safetensors"));
    const names = Object.keys(tensors);
    const weight_map: Record<string, string> = {};
    for (const [i, part] of [names.slice(0, 9), names.slice(9)].entries()) {
      const file = `model-0000${i + 1}-of-00002.safetensors`;
      await writeSafetensors(
        join(copy, file),
        Object.fromEntries(part.map((n) => [n, tensors[n]!])),
      );
      for (const name of part) weight_map[name] = file;
    }
    await rm(join(copy, "model.safetensors"));
    await writeFile(join(copy, "model.safetensors.index.json"), JSON.stringify({ weight_map }));
    expectSame((await loadModel(copy)).weights, (await loadModel(source)).weights);
  });

  test("may hold the position_ids of old checkpoints", async () => {
    const ids = { dtype: "int32", shape: [1, 24], data: new Int32Array(24) } as const;
    const copy = await withWeights("ids", (w) => {
      w["text_model.embeddings.position_ids"] = ids;
    });
    expect((await loadModel(copy)).weights).not.toHaveProperty([
      "text_model.embeddings.position_ids",
    ]);
  });

  test("with missing, unused or misshapen weights says which", async () => {
    const missing = await withWeights("missing", (w) => {
      delete w["visual_projection.weight"];
      w["vision_model.extra.bias"] = w["logit_scale"]!;
    });
    await expect(loadModel(missing)).rejects.toThrow(
      refusal(
        /model\.safetensors misses 1 weights \(visual_projection\.weight\) and has 1 unused weights \(vision_model\.extra\.bias\)/,
      ),
    );
    const config = JSON.parse(await readFile(join(source, "config.json"), "utf8"));
    const wide = await altered("wide", { "config.json": { ...config, projection_dim: 64 } });
    await expect(loadModel(wide)).rejects.toThrow(
      refusal(/text_projection\.weight is \[48, 64\], config\.json asks for \[64, 64\]/),
    );
    const integers = await withWeights("integers", (w) => {
      w["logit_scale"] = { dtype: "int32", shape: [], data: Int32Array.of(3) };
    });
    await expect(loadModel(integers)).rejects.toThrow(refusal(/logit_scale holds int32/));
  });

  test("with a file missing or broken says which", async () => {
    await expect(loadModel(join(dir, "none"))).rejects.toThrow(refusal(/none does not exist/));
    await expect(loadModel(dir)).rejects.toThrow(refusal(/has no config\.json/));
    const bad = await altered("bad", { "config.json": "{" });
    await expect(loadModel(bad)).rejects.toThrow(refusal(/config\.json is not valid JSON/));
    const bare = await altered("bare", {});
    await rm(join(bare, "model.safetensors"));
    await expect(loadModel(bare)).rejects.toThrow(refusal(/bare has no model\.safetensors\./));
    await writeFile(join(bare, "pytorch_model.bin"), "");
    await expect(loadModel(bare)).rejects.toThrow(refusal(/only pytorch_model\.bin; convert it/));
    const other = await altered("other", {
      "preprocessor_config.json": { size: 224, crop_size: 224 },
    });
    await expect(loadModel(other)).rejects.toThrow(
      refusal(/preprocessor_config\.json: .*the model takes 32/),
    );
    const words = await altered("words", { "tokenizer.json": "[]" });
    await expect(loadModel(words)).rejects.toThrow(refusal(/tokenizer\.json is not a tokenizer/));
    const whole = await readFile(join(source, "model.safetensors"));
    const cut = await altered("cut", {});
    await writeFile(join(cut, "model.safetensors"), whole.subarray(0, 500_000));
    await expect(loadModel(cut)).rejects.toThrow(
      refusal(/model\.safetensors: .*the file is cut short/),
    );
  });
});

describe("random numbers", () => {
  test("weights to pre-train from have transformers' spread", () => {
    const tiny = presetConfig("tiny");
    const config = {
      ...tiny,
      text: { ...tiny.text, numHiddenLayers: 1, vocabSize: 500 },
      vision: { ...tiny.vision, numHiddenLayers: 3 },
    };
    const weights = initModel(config, 3);
    const spread = (name: string) => {
      const data = weights[name]!.data as Float32Array;
      return Math.sqrt(data.reduce((sum, x) => sum + x * x, 0) / data.length);
    };
    const block = "vision_model.encoder.layers.2";
    expect(spread(`${block}.self_attn.q_proj.weight`)).toBeCloseTo(192 ** -0.5 * 6 ** -0.5, 3);
    expect(spread(`${block}.self_attn.out_proj.weight`)).toBeCloseTo(192 ** -0.5, 2);
    expect(spread(`${block}.mlp.fc1.weight`)).toBeCloseTo((2 * 192) ** -0.5, 3);
    expect(spread(`${block}.mlp.fc2.weight`)).toBeCloseTo(192 ** -0.5 * 6 ** -0.5, 3);
    expect(spread("text_model.embeddings.token_embedding.weight")).toBeCloseTo(0.02, 3);
    expect(spread("vision_model.embeddings.patch_embedding.weight")).toBeCloseTo(0.02, 3);
    expect(spread(`${block}.layer_norm1.weight`)).toBe(1);
    expect(spread(`${block}.mlp.fc1.bias`)).toBe(0);
    expect(weights["logit_scale"]!.data[0]).toBeCloseTo(2.6592, 6);
    const again = initModel(config, 3)[`${block}.mlp.fc1.weight`]!.data;
    expect(largestDifference(again, weights[`${block}.mlp.fc1.weight`]!.data)).toBe(0);
  });

  test("are a pure function of seed and identity, uniform in [0, 1)", () => {
    const draw = (...of: [number, ...(string | number)[]]) => {
      const random = seededRandom(...of);
      return Array.from({ length: 20_000 }, random);
    };
    const some = draw(1, "crop", 5);
    expect(draw(1, "crop", 5)).toEqual(some);
    expect(draw(2, "crop", 5)[0]).not.toBe(some[0]);
    expect(draw(1, "crop", "5")[0]).not.toBe(some[0]);
    expect(some.every((x) => x >= 0 && x < 1)).toBe(true);
    const counts = new Array<number>(10).fill(0);
    for (const x of some) counts[Math.floor(x * 10)]!++;
    const chi2 = counts.reduce((sum, c) => sum + (c - 2000) ** 2 / 2000, 0);
    expect(chi2).toBeLessThan(27.9); // 9 degrees of freedom, p = 0.001
  });
});
