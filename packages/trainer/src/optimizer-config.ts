import { z } from "zod";
import { share } from "./number-schemas.js";

const learningRate = z.number().positive().describe("the highest, after warm-up");

/** Kinds of parameters, by their names in a checkpoint. */
const parameterKinds = [
  "biases",
  "norms",
  "temperature",
  "magnitudes",
  "classEmbedding",
  "embeddings",
] as const;
export type ParameterKind = (typeof parameterKinds)[number];

const tower = z
  .strictObject({
    learningRate: learningRate.optional(),
    weightDecay: z.number().min(0).optional(),
  })
  .describe("what differs in this tower");

export const optimizerConfig = z.strictObject({
  learningRate: learningRate.default(1e-3),
  weightDecay: z.number().min(0).default(0.01).describe("decoupled; see noDecay"),
  noDecay: z
    .array(z.enum(parameterKinds))
    .default(["biases", "norms", "temperature", "magnitudes", "classEmbedding"])
    .describe(`parameters without weight decay: ${parameterKinds.join(", ")}`),
  image: tower.optional(),
  text: tower.optional(),
  temperature: z
    .strictObject({ learningRate })
    .optional()
    .describe("the logits' temperature, and SigLIP's bias, where they differ"),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.999),
  epsilon: z.number().positive().default(1e-8),
  warmup: share.default(0.05).describe("share of the steps with a rising learning rate"),
  schedule: z.enum(["cosine", "linear", "constant"]).default("cosine").describe("after warm-up"),
  loraPlusRatio: z
    .number()
    .positive()
    .default(1)
    .describe("how much faster B learns than A in LoRA layers; LoRA+ takes 16"),
  layerDecay: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe("learning rate of each block, as a share of the block above it"),
  clipNorm: z.number().min(0).default(1).describe("greatest global gradient norm; 0 = no limit"),
});
