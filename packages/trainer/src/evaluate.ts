import { availableParallelism } from "node:os";
import { type Preprocessing, preprocessImage } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import { limiter } from "./canvas-cache.js";
import type { PairEncoder } from "./embedder.js";
import { meanGap, pairAlignment, rowUniformity } from "./embedding-geometry.js";
import type { Pair } from "./folder.js";
import { type Recall, type Rows, recall, rowsOf } from "./retrieval.js";
import type { OnSkip } from "./skipped.js";

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
  /** The title of each row. */
  readonly titles: readonly string[];
}

async function encodeImages(encoder: PairEncoder, set: EvaluationSet): Promise<EncodedImages> {
  const { pairs } = set;
  const vectors: Float32Array[] = [];
  const titles: string[] = [];
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
    titles.push(...found.flatMap((pixels, i) => (pixels ? [pairs[start + i]!.title] : [])));
    if (whole.length > 0)
      vectors.push(await encoder.encodeImages(Buffer.concat(whole), whole.length));
  }
  if (titles.length === 0) {
    throw new UserError(`None of the ${pairs.length} pictures to evaluate can be read.`);
  }
  return { rows: rowsOf(joined(vectors), titles.length), titles };
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

/** @throws UserError naming a broken picture that may not be skipped, or when embeddings are not finite */
export async function evaluatePrepared(
  encoder: PairEncoder,
  set: EvaluationSet,
): Promise<RetrievalMetrics> {
  const { rows: image, titles: titlesOfImages } = await encodeImages(encoder, set);
  const titles = [...new Set(titlesOfImages)];
  const rowOf = new Map(titles.map((title, row) => [title, row]));
  const text = rowsOf(await encoder.encodeTexts(titles), titles.length);
  if (![image, text].every(({ data }) => data.every(Number.isFinite))) {
    throw new UserError("The model's embeddings are not finite numbers; its weights are broken.");
  }
  const titleRows = Int32Array.from({ length: titles.length }, (_, i) => i);
  const imageTitles = Int32Array.from(titlesOfImages, (title) => rowOf.get(title)!);
  const paired = gatherRows(text, imageTitles);
  return {
    n: titles.length,
    images: image.n,
    textToImage: recall(text, image, { queryKeys: titleRows, galleryKeys: imageTitles }),
    imageToText: recall(image, text, { queryKeys: imageTitles, galleryKeys: titleRows }),
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
  return evaluatePrepared(encoder, prepareEvaluation(pairs, options));
}

function gatherRows({ data, width }: Rows, indices: Int32Array): Rows {
  const gathered = new Float32Array(indices.length * width);
  for (const [i, row] of indices.entries()) {
    gathered.set(data.subarray(row * width, (row + 1) * width), i * width);
  }
  return { data: gathered, n: indices.length, width };
}
