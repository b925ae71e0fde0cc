import { z } from "zod";
import { captionTemplates } from "./captions.js";
import { loraConfig, modeConfig, towerModes } from "./lora-settings.js";
import { lossConfig } from "./loss-config.js";
import { metricFault } from "./metric-names.js";
import { optimizerConfig } from "./optimizer-config.js";

const share = z.number().min(0).max(1);

/** Where pairs come from: a folder, or the name of a bundled set that the CLI turns into a folder. */
export const dataSource = z
  .strictObject({
    path: z.string().min(1).optional().describe("data set of any kind: a folder, a table, …"),
    set: z.string().min(1).optional().describe("name of a bundled set; the CLI makes it a path"),
    split: z.string().min(1).optional().describe('keep the pairs whose "split" is this'),
  })
  .refine((s) => (s.path === undefined) !== (s.set === undefined), {
    error: 'needs exactly one of "path" (a folder) and "set" (a bundled set)',
  });

const trainSource = dataSource.safeExtend({
  weight: z
    .number()
    .positive()
    .default(1)
    .describe("share of each batch, relative to the other sets: 1 and 0.3 give 77 % and 23 %"),
  share: z.number().gt(0).max(1).default(1).describe("of the pairs, drawn by the seed: few-shot"),
  captions: captionTemplates.optional(),
  shots: z.int().min(1).optional().describe("at most this many pictures of each class or title"),
});

const textSource = z.strictObject({
  path: z
    .string()
    .min(1)
    .describe("JSON lines, each a list of two or more texts that mean the same, without pictures"),
  count: z.int().min(2).default(256).describe("lines a step, two texts of each"),
});

const dataConfig = z.strictObject({
  train: z.array(trainSource).min(1).describe("sets to train on, mixed by weight"),
  evaluate: z
    .strictObject({
      inDomain: dataSource.optional().describe("held-out pairs like those trained on; picks best/"),
      outOfDomain: dataSource.optional().describe("pairs unlike them: what is forgotten"),
    })
    .prefault({}),
  texts: textSource.optional().describe("what the loss's textPairs draws from"),
  onError: z.enum(["stop", "skip"]).default("stop").describe("what a broken picture does"),
  cacheMegabytes: z.number().min(0).default(1024).describe("memory for decoded pictures, MB"),
  diskCacheMegabytes: z
    .number()
    .min(0)
    .default(10_000)
    .describe("disk for decoded pictures, MB, shared by the runs beside one another; 0 = none"),
});

const range = (low: number, high: number) =>
  z
    .tuple([z.number().min(low).max(high), z.number().min(low).max(high)])
    .refine(([a, b]) => a <= b, { error: "the first number must not exceed the second" });

const augmentConfig = z.strictObject({
  crop: range(0.01, 4)
    .default([0.6, 1])
    .describe("area of the crop, in central squares; above 1 the picture shrinks on white"),
  ratio: range(0.1, 10)
    .default([3 / 4, 4 / 3])
    .describe("width / height of the crop in pixels"),
  flip: z
    .boolean()
    .default(false)
    .describe("mirror half of the pictures (never where left ≠ right)"),
  jitter: z
    .number()
    .min(0)
    .max(1)
    .default(0.4)
    .describe("SimCLR's strength s: brightness, contrast, saturation 0.8 s, hue 0.2 s"),
  jitterProbability: share.default(0.8),
  grayscale: share.default(0).describe("probability of a gray picture; takes away colour words"),
  patches: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe("share of the patches seen in a step, drawn anew each time (FLIP): half costs half"),
});

const evaluateConfig = z.strictObject({
  every: z
    .union([z.literal("epoch"), z.int().min(1)])
    .default("epoch")
    .describe('"epoch", or a number of steps'),
  batchSize: z.int().min(1).default(64).describe("pictures encoded at a time"),
  templates: z
    .array(z.string().includes("{}", { error: "needs {} where the class's name goes" }))
    .min(1)
    .default(["{}"])
    .describe('prompts of each class, for pairs with labels: "a photo of a {}."'),
  start: z.boolean().default(true).describe("evaluate the untuned base before the first step"),
  select: z
    .enum(["best", "last"])
    .default("best")
    .describe(
      'what best/ holds: "best" by in-domain recall, for a validation set; "last", when the set is the test itself',
    ),
  keepOutOfDomain: share
    .default(0)
    .describe(
      "best/ keeps at least this share of the base's out-of-domain recall at 10, if any does",
    ),
});

const metricPath = z
  .string()
  .min(1)
  .default("inDomain.textToImage.r10")
  .describe("a metric of the evaluations by its path");

const checkpointConfig = z.strictObject({
  every: z
    .union([z.literal("evaluation"), z.int().min(1)])
    .default("evaluation")
    .describe('"evaluation" (after each), or a number of steps'),
  keep: z.int().min(1).default(2).describe("newest checkpoints kept; best/ is apart"),
  top: z.int().min(0).default(0).describe("best checkpoints kept beside the newest"),
  metric: metricPath.describe("what the best are best at"),
});

const earlyStopping = z.strictObject({
  patience: z.int().min(1).describe("evaluations in a row without an improvement that end the run"),
  minDelta: z.number().min(0).default(0).describe("an improvement is more than this"),
  metric: metricPath,
});

/** Whether SimCSE's two encodings of a text can differ. */
const simCseHasNoise = (c: {
  readonly loss: z.output<typeof lossConfig>;
  readonly lora: z.output<typeof loraConfig>;
  readonly mode: z.output<typeof modeConfig>;
}): boolean => {
  const given = c.loss.find((term) => term.simCse !== undefined)?.simCse;
  const otherCaption = typeof given === "object" && given.captions === "other";
  const dropout = c.lora.text?.dropout ?? c.lora.dropout;
  return given === undefined || otherCaption || (towerModes(c.mode).text === "lora" && dropout > 0);
};

const samplerConfig = z.strictObject({
  distinct: z
    .boolean()
    .default(false)
    .describe("pairs that share a title or a caption never meet in a batch"),
  balance: z
    .boolean()
    .default(false)
    .describe("draw each class (label, else title) equally often, however many pictures it has"),
});

/** Everything that decides a training run, as strict data: an unknown key is an error. */
export const trainConfig = z
  .strictObject({
    seed: z.int().min(0).max(0xffffffff).default(0),
    model: z.string().min(1).default("tiny").describe('"tiny", or a Hugging Face model directory'),
    architecture: z
      .string()
      .min(1)
      .optional()
      .describe("init random: directory with config, tokenizer and preprocessor_config (.json)"),
    mode: modeConfig,
    temperature: z
      .enum(["learned", "frozen"])
      .optional()
      .describe("of the logits, clamped to at least 0.01; learned in full mode unless said"),
    init: z.enum(["pretrained", "random"]).default("pretrained"),
    data: dataConfig,
    lora: loraConfig.prefault({}),
    loss: lossConfig.describe("terms that are summed, each with its weight or its options"),
    batchSize: z.int().min(2).default(64).describe("pairs per step; negatives come from the batch"),
    microBatchSize: z
      .int()
      .min(1)
      .optional()
      .describe("pairs in memory at a time (GradCache): the same gradients for a third more time"),
    devices: z
      .int()
      .min(1)
      .default(1)
      .describe(
        "engine xla, train and lr-find: GPUs that share each batch; negatives come from all of it",
      ),
    accumulate: z
      .int()
      .min(1)
      .default(1)
      .describe("batches a step, their gradients averaged; unlike batchSize it adds no negatives"),
    epochs: z
      .number()
      .positive()
      .optional()
      .describe("passes over the first training set; default 10"),
    steps: z.int().min(1).optional().describe("instead of epochs"),
    sampler: samplerConfig.prefault({}),
    optimizer: optimizerConfig.prefault({}),
    augment: augmentConfig.prefault({}),
    evaluate: evaluateConfig.prefault({}),
    checkpoint: checkpointConfig.prefault({}),
    earlyStopping: earlyStopping.optional(),
    loggers: z
      .array(z.enum(["csv", "tensorboard", "wandb"]))
      .default([])
      .describe(
        "beside metrics.jsonl: steps.csv and evaluations.csv; tensorboard/; wandb/, an offline run",
      ),
    ema: z
      .strictObject({
        decay: z.number().gt(0).lt(1).default(0.999).describe("less in the first steps"),
      })
      .optional()
      .describe("evaluate and keep an exponential moving average of the trained parameters"),
    recompute: z
      .boolean()
      .default(false)
      .describe("compute each block again in the backward pass: less memory, a third more time"),
    dtype: z
      .enum(["float32", "float16"])
      .default("float32")
      .describe("full mode: type of the weights in best/ and model/"),
  })
  .refine((c) => c.epochs === undefined || c.steps === undefined, {
    path: ["steps"],
    error: 'give "epochs" or "steps", not both',
  })
  .refine((c) => (c.microBatchSize ?? c.batchSize) % c.devices === 0, {
    path: ["devices"],
    error: "batchSize (microBatchSize, where given) must be a multiple of devices",
  })
  .refine((c) => !c.loss.some((term) => term.textPairs !== undefined) || c.data.texts, {
    path: ["data", "texts"],
    error: "is required by the loss's textPairs: a file of texts that mean the same",
  })
  .refine(
    (c) =>
      !c.data.texts || (c.accumulate === 1 && c.microBatchSize === undefined && c.devices === 1),
    {
      path: ["data", "texts"],
      error: "comes with whole batches only: leave accumulate, microBatchSize and devices out",
    },
  )
  .refine((c) => c.batchSize % (c.microBatchSize ?? c.batchSize) === 0, {
    path: ["microBatchSize"],
    error: "must divide batchSize",
  })
  .refine((c) => simCseHasNoise(c), {
    path: ["loss"],
    error: "simCse on the same caption needs lora.dropout above 0: the noise is all that differs",
  })
  .check(({ value, issues }) => {
    const { earlyStopping, checkpoint, data } = value;
    const watched = {
      ...(earlyStopping && { earlyStopping: earlyStopping.metric }),
      ...(checkpoint.top > 0 && { checkpoint: checkpoint.metric }),
    };
    for (const [key, metric] of Object.entries(watched)) {
      const message = metricFault(metric, data.evaluate);
      const path = [key, "metric"];
      if (message) issues.push({ code: "custom", path, message, input: metric });
    }
  })
  .refine((c) => c.init === "pretrained" || c.mode === "full", {
    path: ["mode"],
    error: 'must be "full" when "init" is "random": an adapter on random weights learns nothing',
  })
  .refine((c) => c.init === "pretrained" || c.architecture !== undefined, {
    path: ["architecture"],
    error: 'is required when "init" is "random"',
  });

/** A resolved configuration: every default filled in. */
export type TrainConfig = z.output<typeof trainConfig>;
/** A configuration as a person writes it. */
export type TrainConfigInput = z.input<typeof trainConfig>;
export type DataSource = z.output<typeof dataSource>;
export type TrainSource = TrainConfig["data"]["train"][number];
