import { availableParallelism } from "node:os";
import { type Preprocessing, preprocessImage } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import { limiter } from "./canvas-cache.js";
import type { PairEncoder } from "./embedder.js";
import { meanGap, pairAlignment, rowUniformity } from "./embedding-geometry.js";
import type { Pair } from "./folder.js";
import { type Recall, type Rows, recall, rowsOf } from "./retrieval.js";

export interface RetrievalMetrics {
  /** Distinct titles: the queries of textToImage. */
  readonly n: number;
  /** Pictures: the queries of imageToText. */
  readonly images: number;
  /** A title finds its pictures among all pictures; any picture of that title is right. */
  readonly textToImage: Recall;
  /** A picture finds its title among the distinct titles. */
  readonly imageToText: Recall;
  /** Mean squared distance of a picture and its title, 0 to 4. */
  readonly alignment: number;
  readonly uniformityImage: number;
  readonly uniformityText: number;
  readonly modalityGap: number;
}

/** Pictures preprocessed once, for evaluating many times. */
export interface EvaluationSet {
  readonly titles: readonly string[];
  /** `[images]` row in `titles`. */
  readonly titleOf: Int32Array;
  /** `[images, S, S, 3]` */
  readonly pixels: Uint8Array;
}

export interface EvaluationOptions {
  readonly preprocessing: Preprocessing;
  /** Leave broken pictures out and call this, instead of stopping. */
  readonly onSkip?: ((message: string) => void) | undefined;
}

/** @throws UserError naming a broken picture, unless it may be skipped */
export async function prepareEvaluation(
  pairs: readonly Pair[],
  { preprocessing, onSkip }: EvaluationOptions,
): Promise<EvaluationSet> {
  const limit = limiter(2 * availableParallelism());
  const load = (pair: Pair) =>
    limit(() => preprocessImage(pair.file, preprocessing)).then(
      (pixels) => [{ pixels, title: pair.title }],
      (error: unknown) => {
        if (!onSkip || !(error instanceof UserError)) throw error;
        onSkip(error.message);
        return [];
      },
    );
  const loaded = (await Promise.all(pairs.map(load))).flat();
  const [first] = loaded;
  if (!first) throw new UserError("There are no pictures to evaluate; the data set is empty.");
  const titles = [...new Set(loaded.map(({ title }) => title))];
  const rows = new Map(titles.map((title, row) => [title, row]));
  const pixels = new Uint8Array(loaded.length * first.pixels.length);
  for (const [i, image] of loaded.entries()) pixels.set(image.pixels, i * image.pixels.length);
  return { titles, titleOf: Int32Array.from(loaded, ({ title }) => rows.get(title)!), pixels };
}

/** @throws UserError when embeddings are not finite numbers */
export async function evaluatePrepared(
  encoder: PairEncoder,
  { titles, titleOf, pixels }: EvaluationSet,
): Promise<RetrievalMetrics> {
  const count = titleOf.length;
  const image = rowsOf(await encoder.encodeImages(pixels, count), count);
  const text = rowsOf(await encoder.encodeTexts(titles), titles.length);
  if (![image, text].every(({ data }) => data.every(Number.isFinite))) {
    throw new UserError("The model's embeddings are not finite numbers; its weights are broken.");
  }
  const titleRows = Int32Array.from({ length: titles.length }, (_, i) => i);
  const paired = gatherRows(text, titleOf);
  return {
    n: titles.length,
    images: count,
    textToImage: recall(text, image, { queryKeys: titleRows, galleryKeys: titleOf }),
    imageToText: recall(image, text, { queryKeys: titleOf, galleryKeys: titleRows }),
    alignment: pairAlignment(image, paired),
    uniformityImage: rowUniformity(image),
    uniformityText: rowUniformity(text),
    modalityGap: meanGap(image, paired),
  };
}

/**
 * Recall both ways and the geometry of the embedding space, on plainly preprocessed pictures and titles.
 *
 * @throws UserError naming a broken picture, unless `onSkip` is given
 */
export async function evaluateRetrieval(
  encoder: PairEncoder,
  pairs: readonly Pair[],
  options: EvaluationOptions,
): Promise<RetrievalMetrics> {
  return evaluatePrepared(encoder, await prepareEvaluation(pairs, options));
}

function gatherRows({ data, width }: Rows, indices: Int32Array): Rows {
  const gathered = new Float32Array(indices.length * width);
  for (const [i, row] of indices.entries()) {
    gathered.set(data.subarray(row * width, (row + 1) * width), i * width);
  }
  return { data: gathered, n: indices.length, width };
}
