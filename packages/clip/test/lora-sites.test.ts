import { countParameters, type LoraConfig, loraSites, presetConfig } from "@cliptune/clip";
import { describe, expect, test } from "vitest";

const base = presetConfig("clip-vit-base-patch32");
const lora = (targets: LoraConfig["targets"], more: Partial<LoraConfig> = {}): LoraConfig => ({
  rank: 64,
  alpha: 64,
  dropout: 0,
  targets,
  ...more,
});

describe("counts of trainable parameters, clip-vit-base-patch32, rank 64", () => {
  test.each([
    ["text_model.*(?:out_proj)$", 786_432],
    ["text_model.*(?:k_proj|v_proj)$", 1_572_864],
    ["text_model.*(?:k_proj|v_proj|q_proj)$", 2_359_296],
    ["text_model.*(?:k_proj|v_proj|q_proj|out_proj)$", 3_145_728],
    ["vision_model.*(?:out_proj)$", 1_179_648],
    ["vision_model.*(?:k_proj|v_proj)$", 2_359_296],
    ["vision_model.*(?:k_proj|v_proj|q_proj)$", 3_538_944],
    ["vision_model.*(?:k_proj|v_proj|q_proj|out_proj)$", 4_718_592],
    [".*(?:k_proj|v_proj|q_proj|out_proj)$", 7_864_320],
  ])("%s trains %i", (targets, trainable) => {
    const count = countParameters(base, lora(targets));
    expect(count.trainable).toBe(trainable);
    expect(count.total).toBe(151_277_313 + trainable);
  });

  test("all placements together are 4.94 % of 159,141,633", () => {
    const { total, percent } = countParameters(base, lora(".*(?:k_proj|v_proj|q_proj|out_proj)$"));
    expect(total).toBe(159_141_633);
    expect(percent.toFixed(2)).toBe("4.94");
  });

  test("rank 4 on q, k, v, out of both towers is 0.32 %", () => {
    const names = ["q_proj", "k_proj", "v_proj", "out_proj"];
    const both = countParameters(base, lora(names, { rank: 4 }));
    expect(both).toEqual({
      trainable: 491_520,
      total: 151_768_833,
      percent: expect.closeTo(0.3239, 4),
    });
  });

  test("without an adapter every parameter is trainable", () => {
    expect(countParameters(base)).toEqual({
      trainable: 151_277_313,
      total: 151_277_313,
      percent: 100,
    });
    expect(countParameters(presetConfig("clip-vit-large-patch14")).total).toBe(427_616_513);
    expect(countParameters(presetConfig("clip-vit-base-patch16")).total).toBe(149_620_737);
  });
});

describe("which layers are adapted", () => {
  const paths = (config: LoraConfig) => Object.keys(loraSites(base, config));

  test("a list matches whole names at the end of a path, in both towers", () => {
    expect(paths(lora(["q_proj"]))).toHaveLength(24);
    expect(paths(lora(["text_model.encoder.layers.3.self_attn.q_proj"]))).toHaveLength(1);
    expect(() => paths(lora(["_proj"]))).toThrow(/match no layer/);
  });

  test("a pattern must match the whole path", () => {
    expect(paths(lora("text_model.*q_proj"))).toHaveLength(12);
    expect(() => paths(lora("q_proj|v_proj"))).toThrow(/match no layer/);
    expect(() => paths(lora("text_model.*self"))).toThrow(/match no layer/);
  });

  test("Python's regex syntax works: named groups, anchors, comments, classes, inline flags", () => {
    const named = String.raw`\Avision_model\.(?P<a>encoder)\.layers\.(?:1[01]|[0])\.self_attn\.[qv]_proj\Z`;
    expect(paths(lora(named))).toHaveLength(6);
    expect(paths(lora("(?i)TEXT_MODEL.*(?#four)FC1"))).toHaveLength(12);
    expect(paths(lora(".*layers.\\d{,1}\\.mlp.fc[]1]"))).toHaveLength(20);
    expect(() => paths(lora("(?x) a"))).toThrow(/flag x/);
    expect(() => paths(lora("text_model.*(q_proj"))).toThrow(/not a regular expression/);
  });

  test("all-linear takes the MLP and both projections too", () => {
    expect(paths(lora("all-linear"))).toHaveLength(24 * 6 + 2);
  });

  test("what is not a linear layer is refused by name", () => {
    expect(() => paths(lora(["token_embedding"]))).toThrow(/token_embedding; only linear layers/);
    expect(() => paths(lora(".*"))).toThrow(/only linear layers/);
  });

  test("exclusions and layer numbers narrow the choice", () => {
    expect(
      paths(lora(["q_proj"], { exclude: ["text_model.encoder.layers.0.self_attn.q_proj"] })),
    ).toHaveLength(23);
    expect(paths(lora(["q_proj"], { exclude: "vision_model.*" }))).toHaveLength(12);
    expect(paths(lora(["q_proj"], { layers: [0, 11] }))).toHaveLength(4);
    expect(() => paths(lora(".*q_proj", { layers: [0] }))).toThrow(/list of names/);
  });

  test("the first rank or alpha pattern that matches wins; rsLoRA divides by the root", () => {
    const sites = loraSites(
      base,
      lora(["q_proj", "v_proj"], {
        rankPattern: { "^text_model\\..*": 4, v_proj: 16 },
        alphaPattern: { "layers.0.self_attn.q_proj": 8 },
        useRslora: true,
      }),
    );
    expect(sites["text_model.encoder.layers.0.self_attn.v_proj"]).toMatchObject({
      rank: 4,
      alpha: 64,
      scale: 32,
    });
    expect(sites["vision_model.encoder.layers.0.self_attn.v_proj"]).toMatchObject({
      rank: 16,
      scale: 16,
    });
    expect(sites["vision_model.encoder.layers.0.self_attn.q_proj"]).toEqual({
      rank: 64,
      alpha: 8,
      scale: 1,
      inFeatures: 768,
      outFeatures: 768,
    });
  });
});
