import { z } from "zod";

const targets = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
  .describe("module names (suffixes), or one regular expression over whole module paths");
const rank = z.int().min(1).describe("inner dimension of the update");
const alpha = z.number().positive().describe("the update is scaled by alpha / rank");
const dropout = z.number().min(0).lt(1).describe("on the input of every LoRA layer");
const lastBlocks = z
  .int()
  .min(1)
  .optional()
  .describe("adapt only this many blocks at the tower's end (its projection counts with them)");

const towerLora = z
  .strictObject({
    rank: rank.optional(),
    alpha: alpha.optional(),
    dropout: dropout.optional(),
    targets: targets.optional(),
    lastBlocks,
  })
  .describe("what differs in this tower");

export const loraConfig = z
  .strictObject({
    rank: rank.default(16),
    alpha: alpha.default(32),
    dropout: dropout.default(0),
    targets: targets.default(["q_proj", "k_proj", "v_proj", "out_proj"]),
    lastBlocks,
    rankPattern: z.record(z.string(), rank).default({}).describe("rank by module pattern"),
    alphaPattern: z
      .record(z.string(), z.number().positive())
      .default({})
      .describe("alpha by module pattern"),
    useRslora: z.boolean().default(false).describe("scale by alpha / sqrt(rank)"),
    useDora: z.boolean().default(false).describe("train the weights' lengths and directions apart"),
    init: z
      .enum(["kaiming", "gaussian", "pissa"])
      .default("kaiming")
      .describe("how A starts; pissa: from the weights' largest singular directions"),
    bias: z.enum(["none", "all", "lora_only"]).default("none").describe("biases trained too"),
    modulesToSave: z
      .array(z.string().min(1))
      .default([])
      .describe("modules trained whole: visual_projection, text_projection"),
    image: towerLora.optional(),
    text: towerLora.optional(),
    strength: z
      .number()
      .min(0)
      .default(1)
      .describe("multiplier on the adapter when it is used: in evaluation here, in search later"),
  })
  .refine((c) => !(c.useDora && c.init === "pissa"), {
    path: ["init"],
    error: 'must not be "pissa" with useDora: DoRA\'s lengths belong to the unchanged weights',
  });

const towerMode = z.enum(["lora", "full", "frozen"]);

/** `mode`: one word for both towers, or one each. */
export const modeConfig = z
  .union([z.enum(["lora", "full"]), z.strictObject({ image: towerMode, text: towerMode })])
  .default("lora")
  .refine((mode) => typeof mode === "string" || mode.image !== "frozen" || mode.text !== "frozen", {
    error: "must leave one tower to train",
  })
  .describe("lora, full or frozen; {image: frozen, text: full} for each tower apart");

export type TowerMode = z.output<typeof towerMode>;

/** The mode of each tower. */
export const towerModes = (
  mode: z.output<typeof modeConfig>,
): { readonly image: TowerMode; readonly text: TowerMode } =>
  typeof mode === "string" ? { image: mode, text: mode } : mode;
