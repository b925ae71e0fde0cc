import { z } from "zod";
import { dataConfig, type dataSource } from "./data-config.js";
import { loraConfig, modeConfig, towerModes } from "./lora-settings.js";
import { lossConfig, lossNeeds, lossTerms } from "./loss-config.js";
import { metricFault } from "./metric-names.js";
import { range, share } from "./number-schemas.js";
import { optimizerConfig } from "./optimizer-config.js";

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
  dropWords: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe("probability that a word of a text is left out, never all of them"),
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

/** Whether embeddings in place of pictures meet nothing that asks for pictures. */
const vectorsFit = (c: {
  readonly data: { readonly train: readonly { readonly vectors?: string | undefined }[] };
  readonly mode: z.output<typeof modeConfig>;
  readonly loss: z.output<typeof lossConfig>;
  readonly accumulate: number;
  readonly microBatchSize?: number | undefined;
}): boolean => {
  const given = c.data.train.filter(({ vectors }) => vectors !== undefined).length;
  if (given === 0) return true;
  const { views, teacher, bias } = lossNeeds(lossTerms(c.loss));
  return (
    given === c.data.train.length &&
    towerModes(c.mode).image === "frozen" &&
    !(views || teacher || bias) &&
    c.accumulate === 1 &&
    c.microBatchSize === undefined
  );
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
    seed: z.int().min(0).max(0xffffffff).default(0).describe("every random draw follows from it"),
    model: z
      .string()
      .min(1)
      .default("tiny")
      .describe('"tiny", a CLIP of the hub by its name, or a Hugging Face model directory'),
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
    init: z
      .enum(["pretrained", "random"])
      .default("pretrained")
      .describe("random: from nothing, in the shape of architecture; mode full"),
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
  .refine((c) => vectorsFit(c), {
    path: ["data", "train"],
    error:
      "may hold vectors only in all sets at once, with mode {image: frozen, text: …} and whole batches: nothing is left for the image tower to see",
  })
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
