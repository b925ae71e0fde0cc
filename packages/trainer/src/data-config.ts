import { z } from "zod";
import { captionTemplates } from "./captions.js";

/** Where pairs come from: a folder, or the name of a bundled set that the CLI turns into a folder. */
const anySource = z.strictObject({
  path: z.string().min(1).optional().describe("data set of any kind: a folder, a table, …"),
  set: z.string().min(1).optional().describe("name of a bundled set; the CLI makes it a path"),
  split: z.string().min(1).optional().describe('keep the pairs whose "split" is this'),
});

export const dataSource = anySource.refine(
  (s) => (s.path === undefined) !== (s.set === undefined),
  {
    error: 'needs exactly one of "path" (a folder) and "set" (a bundled set)',
  },
);

export const trainSource = anySource
  .extend({
    vectors: z
      .string()
      .min(1)
      .optional()
      .describe("folder of embeddings in place of pictures: texts.jsonl and vectors.safetensors"),
    weight: z
      .number()
      .positive()
      .default(1)
      .describe("share of each batch, relative to the other sets: 1 and 0.3 give 77 % and 23 %"),
    share: z.number().gt(0).max(1).default(1).describe("of the pairs, drawn by the seed: few-shot"),
    captions: captionTemplates.optional(),
    shots: z.int().min(1).optional().describe("at most this many pictures of each class or title"),
  })
  .refine((s) => [s.path, s.set, s.vectors].filter((place) => place !== undefined).length === 1, {
    error:
      'needs exactly one of "path" (a folder), "set" (a bundled set) and "vectors" (embeddings)',
  });

const textSource = z.strictObject({
  path: z
    .string()
    .min(1)
    .describe("JSON lines, each a list of two or more texts that mean the same, without pictures"),
  count: z.int().min(2).default(256).describe("lines a step, two texts of each"),
});

export const dataConfig = z.strictObject({
  train: z.array(trainSource).min(1).describe("sets to train on, mixed by weight"),
  evaluate: z
    .strictObject({
      inDomain: dataSource.optional().describe("held-out pairs like those trained on; picks best/"),
      outOfDomain: dataSource.optional().describe("pairs unlike them: what is forgotten"),
    })
    .prefault({}),
  positives: z
    .enum(["title", "label"])
    .default("title")
    .describe("beside equal captions, what makes pictures right answers for one another"),
  texts: textSource.optional().describe("what the loss's textPairs draws from"),
  maxTokens: z
    .int()
    .min(3)
    .optional()
    .describe("longer texts are cut while training, their end kept: a step pays for its longest"),
  onError: z.enum(["stop", "skip"]).default("stop").describe("what a broken picture does"),
  cacheMegabytes: z.number().min(0).default(1024).describe("memory for decoded pictures, MB"),
  diskCacheMegabytes: z
    .number()
    .min(0)
    .default(10_000)
    .describe("disk for decoded pictures, MB, shared by the runs beside one another; 0 = none"),
});
