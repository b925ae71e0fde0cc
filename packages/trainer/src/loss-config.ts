import { z } from "zod";
import { range, share } from "./number-schemas.js";

const side = z.enum(["both", "image", "text"]).default("both").describe("towers it looks at");
const temperature = (value: number) => z.number().positive().default(value);
const weight = z.number().default(1).describe("multiplier on the term");

/** Options of every loss term beside its weight; what each computes is in packages/losses. */
const options = {
  infoNce: z.strictObject({
    weight,
    falseNegatives: z
      .number()
      .min(-2)
      .max(2)
      .optional()
      .describe("leave out negatives that the untuned base scores higher than the pair by this"),
  }),
  classCrossEntropy: z.strictObject({
    weight,
    template: z
      .string()
      .includes("{}", { error: "needs {} where the class's name goes" })
      .default("{}")
      .describe('the prompt of each class, such as "a photo of a {}."'),
  }),
  siglip: z.strictObject({ weight }),
  decoupledNce: z.strictObject({ weight }),
  hardNegativeNce: z.strictObject({ weight, beta: z.number().min(0).default(0.25) }),
  infoNceAlignment: z.strictObject({ weight }),
  infoNceUniformity: z.strictObject({ weight, of: side }),
  alignment: z.strictObject({ weight, alpha: z.number().positive().default(2) }),
  uniformity: z.strictObject({ weight, t: z.number().positive().default(2), of: side }),
  ntXent: z.strictObject({
    weight,
    temperature: temperature(0.1),
    crop: range(0.01, 4).default([0.08, 1]).describe("area of each view, in central squares"),
    flip: z.boolean().default(true).describe("mirror half of the views"),
    jitter: share.default(1).describe("SimCLR's strength s, in random order, with probability 0.8"),
    grayscale: share.default(0.2),
    blur: share.default(0.5).describe("probability of a Gaussian blur"),
  }),
  simCse: z.strictObject({
    weight,
    temperature: temperature(0.05),
    captions: z
      .enum(["same", "other"])
      .default("same")
      .describe("the caption again under other dropout, or another caption of the picture"),
  }),
  textPairs: z.strictObject({
    weight,
    temperature: temperature(0.05),
  }),
  supCon: z.strictObject({
    weight,
    temperature: temperature(0.1),
    of: side.describe("towers in which pairs of one title, or one caption, are drawn together"),
  }),
  embeddingMse: z.strictObject({ weight, of: side }),
  embeddingCosine: z.strictObject({ weight, of: side }),
  similarityMse: z.strictObject({ weight }),
} as const;

type Options = typeof options;
export type LossName = keyof Options;

/** One term of the objective with every option filled in. */
export type LossTerm = { [N in LossName]: { readonly name: N } & z.output<Options[N]> }[LossName];
export type TermOf<N extends LossName> = Extract<LossTerm, { readonly name: N }>;

const either = <T extends z.ZodType>(schema: T) => z.union([z.number(), schema]).optional();

const named = (term: object): string[] =>
  Object.entries(term).flatMap(([name, given]) => (given === undefined ? [] : [name]));

const onlyOf = (term: object) => Object.entries(term).find(([, given]) => given !== undefined)!;

const weightOf = (term: object): number => {
  const [, given] = onlyOf(term);
  return typeof given === "number" ? given : given.weight;
};

const lossTerm = z
  .strictObject({
    infoNce: either(options.infoNce),
    classCrossEntropy: either(options.classCrossEntropy),
    siglip: either(options.siglip),
    decoupledNce: either(options.decoupledNce),
    hardNegativeNce: either(options.hardNegativeNce),
    infoNceAlignment: either(options.infoNceAlignment),
    infoNceUniformity: either(options.infoNceUniformity),
    alignment: either(options.alignment),
    uniformity: either(options.uniformity),
    ntXent: either(options.ntXent),
    simCse: either(options.simCse),
    textPairs: either(options.textPairs),
    supCon: either(options.supCon),
    embeddingMse: either(options.embeddingMse),
    embeddingCosine: either(options.embeddingCosine),
    similarityMse: either(options.similarityMse),
  })
  .refine((term) => named(term).length === 1, {
    error: "each term names one loss, as in [{infoNce: 1}, {uniformity: 0.1}]",
  });

/** `loss`: a weighted sum, `[{infoNce: 1}, {uniformity: {weight: 0.1, of: image}}]`. */
export const lossConfig = z
  .array(lossTerm)
  .min(1)
  .default([{ infoNce: 1 }])
  .refine((terms) => new Set(terms.flatMap(named)).size === terms.flatMap(named).length, {
    error: "names a loss twice; give each once, with its whole weight",
  })
  .refine((terms) => !terms.every((term) => named(term).length === 1 && weightOf(term) === 0), {
    error: "has no weight but 0, from which nothing is learnt",
  });

/** The terms of an objective, a bare number being the weight, every default filled in. */
export function lossTerms(loss: z.output<typeof lossConfig>): LossTerm[] {
  return loss.map((term) => {
    const [name, given] = onlyOf(term);
    const filled = typeof given === "number" ? { weight: given } : given;
    return { name, ...options[name as LossName].parse(filled) } as LossTerm;
  });
}

/** What an objective asks for beside the pairs and their embeddings. */
export interface LossNeeds {
  /** A second stream of views of the pictures. */
  readonly views: TermOf<"ntXent"> | undefined;
  /** A second encoding of the texts. */
  readonly texts: TermOf<"simCse"> | undefined;
  /** Pairs of texts that mean the same, beside the pictures' captions. */
  readonly textPairs: boolean;
  /** Prompts of all classes, and each pair's class. */
  readonly classes: TermOf<"classCrossEntropy"> | undefined;
  /** The untuned base's embeddings of the pairs. */
  readonly teacher: boolean;
  /** SigLIP's learnt bias. */
  readonly bias: boolean;
}

export function lossNeeds(terms: readonly LossTerm[]): LossNeeds {
  const find = <N extends LossName>(name: N) =>
    terms.find((term): term is TermOf<N> => term.name === name);
  const preserving = ["embeddingMse", "embeddingCosine", "similarityMse"] as const;
  return {
    views: find("ntXent"),
    texts: find("simCse"),
    textPairs: find("textPairs") !== undefined,
    classes: find("classCrossEntropy"),
    teacher: preserving.some((name) => find(name)) || find("infoNce")?.falseNegatives !== undefined,
    bias: find("siglip") !== undefined,
  };
}
