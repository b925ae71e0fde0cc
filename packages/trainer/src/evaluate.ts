import { availableParallelism } from "node:os";
import { type Preprocessing, preprocessImage } from "@cliptune/clip";
import { type Engine, UserError } from "@cliptune/engine";
import { limiter } from "./canvas-cache.js";
import type { PairEncoder } from "./embedder.js";
import { meanGap, pairAlignment, towerGeometry } from "./embedding-geometry.js";
import type { Pair } from "./folder.js";
import {
  engineProducts,
  gatherRows,
  type InnerProducts,
  plainProducts,
  type Rows,
  rowsOf,
} from "./inner-products.js";
import { type Ranking, rank } from "./retrieval.js";
import type { OnSkip } from "./skipped.js";
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

/** Pairs whose pictures are read when they are needed, and kept while they are few. */
export interface EvaluationSet {
  readonly pairs: readonly Pair[];
  /** `[S, S, 3]`, or undefined for a broken picture that may be left out. */
  load(pair: Pair): Promise<Uint8Array | undefined>;
}

export interface EvaluationOptions {
  readonly preprocessing: Preprocessing;
  /** Leave broken pictures out and call this, once for each, instead of stopping. */
  readonly onSkip?: OnSkip | undefined;
  /** Compares pictures and titles there instead of in plain code: for more than a few thousand. */
  readonly engine?: Engine | undefined;
  /** Prompts of each class of labelled pairs, `{}` for its name; unless given, the name alone. */
  readonly templates?: readonly string[] | undefined;
}

/** Memory for preprocessed pictures, in bytes; more are decoded again at the next evaluation. */
const keptBytes = 512e6;

/** Pictures encoded together, and decoded ahead while the engine encodes those before. */
const chunkSize = 256;

export function prepareEvaluation(
  pairs: readonly Pair[],
  { preprocessing, onSkip }: EvaluationOptions,
): EvaluationSet {
  if (pairs.length === 0)
    throw new UserError("There is nothing to evaluate; the data set is empty.");
  const limit = limiter(2 * availableParallelism());
  const kept = new Map<string, Uint8Array | undefined>();
  const most = keptBytes / (preprocessing.crop ** 2 * 3);
  const decode = async ({ file }: Pair): Promise<Uint8Array | undefined> => {
    try {
      const pixels = await preprocessImage(file, preprocessing);
      if (kept.size < most) kept.set(file, pixels);
      return pixels;
    } catch (error) {
      if (!onSkip || !(error instanceof UserError)) throw error;
      kept.set(file, undefined);
      onSkip({ file, reason: error.message });
      return undefined;
    }
  };
  const load = async (pair: Pair) =>
    kept.has(pair.file) ? kept.get(pair.file) : limit(() => decode(pair));
  return { pairs, load };
}

interface EncodedImages {
  readonly rows: Rows;
  /** The pair of each row. */
  readonly pairs: readonly Pair[];
}

async function encodeImages(encoder: PairEncoder, set: EvaluationSet): Promise<EncodedImages> {
  const { pairs } = set;
  const vectors: Float32Array[] = [];
  const encoded: Pair[] = [];
  const read = (start: number): Promise<(Uint8Array | undefined)[]> => {
    const made = Promise.all(pairs.slice(start, start + chunkSize).map((pair) => set.load(pair)));
    made.catch(() => undefined); // reported where it is awaited
    return made;
  };
  let next = read(0);
  for (let start = 0; start < pairs.length; start += chunkSize) {
    const found = await next;
    next = read(start + chunkSize);
    const whole = found.filter((pixels) => pixels !== undefined);
    encoded.push(...found.flatMap((pixels, i) => (pixels ? [pairs[start + i]!] : [])));
    if (whole.length > 0)
      vectors.push(await encoder.encodeImages(Buffer.concat(whole), whole.length));
  }
  if (encoded.length === 0) {
    throw new UserError(`None of the ${pairs.length} pictures to evaluate can be read.`);
  }
  return { rows: rowsOf(joined(vectors), encoded.length), pairs: encoded };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((n, part) => n + part.length, 0));
  let start = 0;
  for (const part of parts) {
    all.set(part, start);
    start += part.length;
  }
  return all;
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
  const { rows: image, pairs } = await encodeImages(encoder, set);
  const titlesOfImages = pairs.map(({ title }) => title);
  const titles = [...new Set(titlesOfImages)];
  const rowOf = new Map(titles.map((title, row) => [title, row]));
  const text = rowsOf(await encoder.encodeTexts(titles), titles.length);
  if (![image, text].every(({ data }) => data.every(Number.isFinite))) {
    throw new UserError("The model's embeddings are not finite numbers; its weights are broken.");
  }
  const imageTitles = Int32Array.from(titlesOfImages, (title) => rowOf.get(title)!);
  const paired = gatherRows(text, imageTitles);
  const [ofImages, ofTexts] = [
    await towerGeometry(image, products),
    await towerGeometry(text, products),
  ];
  return {
    n: titles.length,
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

/**
 * Ranking both ways, zero-shot accuracy of labelled pairs, and the geometry of the embedding space, on
 * plainly preprocessed pictures and titles.
 *
 * @throws UserError naming a broken picture, unless `onSkip` is given, or a template without `{}`
 */
export async function evaluateRetrieval(
  encoder: PairEncoder,
  pairs: readonly Pair[],
  options: EvaluationOptions,
): Promise<RetrievalMetrics> {
  const { engine, templates = ["{}"] } = options;
  checkTemplates(templates);
  const set = prepareEvaluation(pairs, options);
  if (!engine) return evaluatePrepared(encoder, set, { products: plainProducts, templates });
  const { products, dispose } = engineProducts(engine);
  try {
    return await evaluatePrepared(encoder, set, { products, templates });
  } finally {
    await dispose();
  }
}
