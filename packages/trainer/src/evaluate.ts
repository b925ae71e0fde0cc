import { type Engine, UserError } from "@cliptune/engine";
import type { PairEncoder } from "./embedder.js";
import { meanGap, pairAlignment, towerGeometry } from "./embedding-geometry.js";
import {
  type EvaluationSet,
  encodePictures,
  type PictureOptions,
  prepareEvaluation,
} from "./evaluation-set.js";
import { type Pair, titleKey } from "./folder.js";
import {
  engineProducts,
  gatherRows,
  type InnerProducts,
  plainProducts,
  type Rows,
  rowsOf,
} from "./inner-products.js";
import { type Ranking, rank } from "./retrieval.js";
import { checkTemplates, classEmbeddings, type ZeroShot, zeroShot } from "./zero-shot.js";

export interface RetrievalMetrics {
  /** Distinct titles: the queries of textToImage. */
  readonly n: number;
  /** Pictures: the queries of imageToText. */
  readonly images: number;
  /** D of the embeddings, which the bounds of uniformity depend on. */
  readonly dimension: number;
  /** A title finds its pictures among all pictures; any picture of that title is right. */
  readonly textToImage: Ranking;
  /** A picture finds its title among the distinct titles. */
  readonly imageToText: Ranking;
  /** Mean squared distance of a picture and its title, 0 to 4. */
  readonly alignment: number;
  /** log of the mean pair's Gaussian potential; lower is more even. */
  readonly uniformityImage: number;
  readonly uniformityText: number;
  /** Mean cosine of two pictures, and of two titles. */
  readonly cosineImage: number;
  readonly cosineText: number;
  /** How many directions the rows spread over, 1 to D. */
  readonly effectiveRankImage: number;
  readonly effectiveRankText: number;
  /** Distance between the mean picture and the mean title. */
  readonly modalityGap: number;
  /** Of pairs with labels: a picture finds its class among the prompts of all. */
  readonly zeroShot?: ZeroShot;
}

export interface EvaluationOptions extends PictureOptions {
  /** Compares pictures and titles there instead of in plain code: for more than a few thousand. */
  readonly engine?: Engine | undefined;
  /** Prompts of each class of labelled pairs, `{}` for its name; unless given, the name alone. */
  readonly templates?: readonly string[] | undefined;
}

export interface Measuring {
  readonly products: InnerProducts;
  /** Prompts of each class of labelled pairs, `{}` for its name. */
  readonly templates: readonly string[];
}

/** @throws UserError naming a broken picture that may not be skipped, or when embeddings are not finite */
export async function evaluatePrepared(
  encoder: PairEncoder,
  set: EvaluationSet,
  { products, templates }: Measuring,
): Promise<RetrievalMetrics> {
  const { rows: image, pairs } = await encodePictures(encoder, set);
  const titles = distinctTitles(pairs);
  const rowOf = new Map([...titles.keys()].map((key, row) => [key, row]));
  const text = rowsOf(await encoder.encodeTexts([...titles.values()]), titles.size);
  if (![image, text].every(({ data }) => data.every(Number.isFinite))) {
    throw new UserError("The model's embeddings are not finite numbers; its weights are broken.");
  }
  const imageTitles = Int32Array.from(pairs, ({ title }) => rowOf.get(titleKey(title))!);
  const paired = gatherRows(text, imageTitles);
  const [ofImages, ofTexts] = [
    await towerGeometry(image, products),
    await towerGeometry(text, products),
  ];
  return {
    n: titles.size,
    images: image.n,
    dimension: image.width,
    textToImage: await rank(text, image, { relevant: rowsByKey(imageTitles, text.n), products }),
    imageToText: await rank(image, text, {
      relevant: Array.from(imageTitles, (title) => Int32Array.of(title)),
      products,
    }),
    alignment: pairAlignment(image, paired),
    uniformityImage: ofImages.uniformity,
    uniformityText: ofTexts.uniformity,
    cosineImage: ofImages.cosine,
    cosineText: ofTexts.cosine,
    effectiveRankImage: ofImages.effectiveRank,
    effectiveRankText: ofTexts.effectiveRank,
    modalityGap: meanGap(image, paired),
    ...(await labelled(encoder, { image, pairs }, { products, templates })),
  };
}

/** Each title as it was first written, by its key. */
function distinctTitles(pairs: readonly Pair[]): Map<string, string> {
  const titles = new Map<string, string>();
  for (const { title } of pairs)
    if (!titles.has(titleKey(title))) titles.set(titleKey(title), title);
  return titles;
}

/** For each key below `count`, the rows that have it. */
function rowsByKey(keys: Int32Array, count: number): Int32Array[] {
  const rows: number[][] = Array.from({ length: count }, () => []);
  for (const [row, key] of keys.entries()) rows[key]!.push(row);
  return rows.map((each) => Int32Array.from(each));
}

/** Zero-shot accuracy of the pairs that have labels; nothing when none has. */
async function labelled(
  encoder: PairEncoder,
  { image, pairs }: { readonly image: Rows; readonly pairs: readonly Pair[] },
  { products, templates }: Measuring,
): Promise<{ zeroShot?: ZeroShot }> {
  const rows = pairs.flatMap(({ label }, row) => (label === undefined ? [] : [row]));
  if (rows.length === 0) return {};
  const classes = [...new Set(rows.map((row) => pairs[row]!.label!))].sort();
  const index = new Map(classes.map((name, i) => [name, i]));
  const labels = Int32Array.from(rows, (row) => index.get(pairs[row]!.label!)!);
  const prompts = await classEmbeddings(encoder, classes, templates);
  const chosen = gatherRows(image, Int32Array.from(rows));
  return { zeroShot: await zeroShot(chosen, prompts, { labels, products }) };
}

/** Measures encoders on the same pairs: pictures are read once, as far as they can be kept. */
export function retrievalEvaluation(
  pairs: readonly Pair[],
  options: EvaluationOptions,
): (encoder: PairEncoder) => Promise<RetrievalMetrics> {
  const { engine, templates = ["{}"] } = options;
  checkTemplates(templates);
  const set = prepareEvaluation(pairs, options);
  return async (encoder) => {
    if (!engine) return evaluatePrepared(encoder, set, { products: plainProducts, templates });
    const { products, dispose } = engineProducts(engine);
    try {
      return await evaluatePrepared(encoder, set, { products, templates });
    } finally {
      await dispose();
    }
  };
}

/**
 * Ranking both ways, zero-shot accuracy of labelled pairs, and the geometry of the embedding space, on
 * plainly preprocessed pictures and titles.
 *
 * @throws UserError naming a broken picture, unless `onSkip` is given, or a template without `{}`
 */
export const evaluateRetrieval = async (
  encoder: PairEncoder,
  pairs: readonly Pair[],
  options: EvaluationOptions,
): Promise<RetrievalMetrics> => retrievalEvaluation(pairs, options)(encoder);
