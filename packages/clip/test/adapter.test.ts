import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Adapter,
  adapterFingerprint,
  initLora,
  type LoraConfig,
  loadAdapter,
  loraSites,
  mergeAdapter,
  presetConfig,
  readSafetensors,
  saveAdapter,
  unmergeAdapter,
  writeSafetensors,
} from "@cliptune/clip";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { golden, largestDifference, loadGolden } from "./golden.js";

const reference = loadGolden();
const final = golden("tiny/adapter_final");

let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "clip-adapter-"));
});
afterAll(() => rm(dir, { recursive: true }));

const readJson = async (path: string) => JSON.parse(await readFile(path, "utf8"));

/** A copy of PEFT's adapter with some settings changed. */
async function altered(name: string, settings: Record<string, unknown>): Promise<string> {
  const copy = join(dir, name);
  await cp(final, copy, { recursive: true });
  const path = join(copy, "adapter_config.json");
  await writeFile(path, JSON.stringify({ ...(await readJson(path)), ...settings }));
  return copy;
}

describe("PEFT's adapter directory", () => {
  test("is read: configuration and every matrix", async () => {
    const { config } = await reference;
    const adapter = await loadAdapter(final, { config });
    expect(adapter.config).toEqual({
      rank: 4,
      alpha: 16,
      dropout: 0,
      targets: ["out_proj", "q_proj", "v_proj", "k_proj"],
      rankPattern: {},
      alphaPattern: {},
      useRslora: false,
    });
    expect(Object.keys(adapter.weights)).toHaveLength(2 * 4 * 4);
    expect(adapter.logitScale).toBeUndefined();
  });

  test("is written as PEFT wrote it: same bytes of weights, same value of every setting", async () => {
    const { config } = await reference;
    const out = join(dir, "again");
    await saveAdapter(out, await loadAdapter(final, { config }));
    const weights = "adapter_model.safetensors";
    const [ours, theirs] = await Promise.all([out, final].map((d) => readFile(join(d, weights))));
    expect(Buffer.compare(ours!, theirs!)).toBe(0);
    const written = await readJson(join(out, "adapter_config.json"));
    const original = await readJson(join(final, "adapter_config.json"));
    for (const [key, value] of Object.entries(written)) expect(original[key], key).toEqual(value);
    expect(Object.keys(written)).toEqual(Object.keys(written).sort());
  });

  test("keeps ranks, alphas, layers, exclusions and a trained temperature", async () => {
    const { config } = await reference;
    const lora: LoraConfig = {
      rank: 3,
      alpha: 6,
      dropout: 0.1,
      targets: ["q_proj", "fc1"],
      exclude: ["mlp.fc1"],
      rankPattern: { "^text_model\\..*": 2 },
      alphaPattern: { q_proj: 5 },
      useRslora: true,
      layers: [1],
    };
    const adapter: Adapter = { config: lora, weights: initLora(config, lora, 7), logitScale: 42.5 };
    const out = join(dir, "settings");
    await saveAdapter(out, adapter, { baseModel: "org/base" });
    const back = await loadAdapter(out, { config });
    expect(back).toEqual({ ...adapter, logitScale: expect.closeTo(42.5, 9) });
    expect(Object.keys(back.weights)).toEqual(
      [
        "text_model.encoder.layers.1.self_attn.q_proj.lora_A.weight",
        "vision_model.encoder.layers.1.self_attn.q_proj.lora_A.weight",
        "text_model.encoder.layers.1.self_attn.q_proj.lora_B.weight",
        "vision_model.encoder.layers.1.self_attn.q_proj.lora_B.weight",
      ].sort(),
    );
    const written = await readJson(join(out, "adapter_config.json"));
    expect(written.base_model_name_or_path).toBe("org/base");
  });

  test("an unknown setting is warned of and ignored", async () => {
    const { config } = await reference;
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    await loadAdapter(await altered("unknown", { shiny_new_thing: 1 }), { config });
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/ignoring unknown settings shiny_new_thing/),
    );
    warn.mockRestore();
  });

  test.each([
    [{ use_dora: true }, /lora_magnitude_vector, which the adapter does not have/],
    [{ bias: "lora_only" }, /q_proj.bias, which the adapter does not have/],
    [{ bias: "some" }, /bias is "some"; it must be/],
    [{ modules_to_save: ["visual_projection"] }, /visual_projection.weight, which the adapter/],
    [{ modules_to_save: ["classifier"] }, /"classifier" is no module of the model/],
    [{ lora_bias: true }, /lora_bias is true/],
    [{ peft_type: "IA3" }, /peft_type is "IA3"; only "LORA"/],
    [{ init_lora_weights: "pissa_niter_4" }, /changes the base weights/],
    [{ r: "4" }, /r is "4"; it must be a number/],
    [{ target_modules: null }, /target_modules is null/],
    [{ rank_pattern: { q_proj: "x" } }, /rank_pattern must map/],
    [{ r: 8 }, /made for another model: .*lora_A\.weight is \[4, 64\], the model needs \[8, 64\]/],
    [
      { target_modules: ["fc1"] },
      /the model needs .*fc1\.lora_A\.weight, which the adapter does not have/,
    ],
    [{ target_modules: ["q_proj"] }, /the model has no place for .*k_proj/],
    [{ target_modules: ["query"] }, /match no layer/],
  ])("with %j it is refused", async (settings, message) => {
    const { config } = await reference;
    const broken = await altered(`bad-${Object.keys(settings)[0]}`, settings);
    await expect(loadAdapter(broken, { config })).rejects.toThrow(
      expect.objectContaining({ name: "UserError", message: expect.stringMatching(message) }),
    );
  });

  test("of another model is refused, naming the first mismatch", async () => {
    const other = { config: presetConfig("clip-vit-base-patch32") };
    await expect(loadAdapter(final, other)).rejects.toThrow(
      /adapter_final was made for another model: text_model\.encoder\.layers\.0\.self_attn\.[kqv]_proj\.lora_A\.weight is \[4, 64\], the model needs \[4, 512\]/,
    );
  });

  test("with a file missing or broken says which", async () => {
    const model = { config: (await reference).config };
    await expect(loadAdapter(join(dir, "none"), model)).rejects.toThrow(/none does not exist/);
    await expect(loadAdapter(dir, model)).rejects.toThrow(/has no adapter_config\.json/);
    const bare = await altered("bare", {});
    await rm(join(bare, "adapter_model.safetensors"));
    await expect(loadAdapter(bare, model)).rejects.toThrow(
      /bare has no adapter_model\.safetensors/,
    );
    await writeFile(join(bare, "adapter_model.bin"), "");
    await expect(loadAdapter(bare, model)).rejects.toThrow(/only adapter_model\.bin/);
    await writeSafetensors(join(bare, "adapter_model.safetensors"), {});
    await expect(loadAdapter(bare, model)).rejects.toThrow(/the model needs/);
    await writeFile(join(bare, "adapter_config.json"), "{,}");
    await expect(loadAdapter(bare, model)).rejects.toThrow(
      /adapter_config\.json is not valid JSON/,
    );
  });
});

describe("fresh matrices", () => {
  test("are PEFT's start: A uniform within 1/√in, B zero, the same for the same seed", () => {
    const config = presetConfig("clip-vit-base-patch32");
    const lora: LoraConfig = { rank: 16, alpha: 32, dropout: 0, targets: "vision_model.*q_proj" };
    const arrays = initLora(config, lora, 1);
    expect(Object.keys(arrays)).toHaveLength(2 * Object.keys(loraSites(config, lora)).length);
    const key = "vision_model.encoder.layers.3.self_attn.q_proj.lora_A.weight";
    const a = arrays[key]!.data as Float32Array;
    const bound = 1 / Math.sqrt(768);
    expect(Math.max(...a.map(Math.abs))).toBeLessThanOrEqual(bound);
    const variance = a.reduce((sum, x) => sum + x * x, 0) / a.length;
    expect(variance / (bound ** 2 / 3)).toBeCloseTo(1, 1);
    const b = arrays["vision_model.encoder.layers.3.self_attn.q_proj.lora_B.weight"]!.data;
    expect(new Set(b)).toEqual(new Set([0]));
    expect(largestDifference(initLora(config, lora, 1)[key]!.data, a)).toBe(0);
    expect(largestDifference(initLora(config, lora, 2)[key]!.data, a)).toBeGreaterThan(0);
  });
});

describe("merging", () => {
  test("adds scale · B A to the adapted layers only, and unmerging takes it out", async () => {
    const { config, weights } = await reference;
    const adapter = await loadAdapter(final, { config });
    const merged = mergeAdapter(weights, adapter, 0.5);
    const key = "vision_model.encoder.layers.1.self_attn.v_proj";
    const [a, b] = ["A", "B"].map((m) => adapter.weights[`${key}.lora_${m}.weight`]!.data);
    // row 2, column 5, by hand: alpha / rank = 4, strength ½
    const product = [0, 1, 2, 3].reduce((sum, r) => sum + b![2 * 4 + r]! * a![r * 96 + 5]!, 0);
    const before = weights[`${key}.weight`]!.data[2 * 96 + 5]!;
    expect(merged[`${key}.weight`]!.data[2 * 96 + 5]).toBeCloseTo(before + 0.5 * 4 * product, 6);
    expect(merged[`${key}.bias`]).toBe(weights[`${key}.bias`]);
    const back = unmergeAdapter(merged, adapter, 0.5);
    for (const name of Object.keys(weights)) {
      expect(largestDifference(back[name]!.data, weights[name]!.data)).toBeLessThan(1e-6);
    }
  });

  test("into another model's weights is refused", async () => {
    const { config, weights } = await reference;
    const adapter = await loadAdapter(final, { config });
    const { "text_model.encoder.layers.0.self_attn.q_proj.weight": _, ...rest } = weights;
    expect(() => mergeAdapter(rest, adapter)).toThrow(/does not fit the weights at text_model/);
  });
});

test("the fingerprint of an adapter is that of its contents", async () => {
  const { config } = await reference;
  const [one, two] = [await loadAdapter(final, { config }), await loadAdapter(final, { config })];
  expect(adapterFingerprint(one)).toBe(adapterFingerprint(two));
  const init = await loadAdapter(golden("tiny/adapter_init"), { config });
  expect(adapterFingerprint(init)).not.toBe(adapterFingerprint(one));
  const scaled = { ...one, config: { ...one.config, alpha: 8 } };
  expect(adapterFingerprint(scaled)).not.toBe(adapterFingerprint(one));
  const { tensors } = await readSafetensors(join(final, "adapter_model.safetensors"));
  expect(Object.keys(tensors)).toHaveLength(Object.keys(one.weights).length);
});
