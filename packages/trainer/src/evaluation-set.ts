import { availableParallelism } from "node:os";
import { type Preprocessing, preprocessImage } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import { limiter } from "./canvas-cache.js";
import type { PairEncoder } from "./embedder.js";
import type { Pair } from "./folder.js";
import { type Rows, rowsOf } from "./inner-products.js";
import type { OnSkip } from "./skipped.js";

/** Pairs whose pictures are read when they are needed, and kept while they are few. */
export interface EvaluationSet {
  readonly pairs: readonly Pair[];
  /** `[S, S, 3]`, or undefined for a broken picture that may be left out. */
  load(pair: Pair): Promise<Uint8Array | undefined>;
  /** Called with the number of pictures that are encoded. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

export interface PictureOptions extends Pick<EvaluationSet, "onProgress"> {
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
  { preprocessing, onSkip, onProgress }: PictureOptions,
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
  return { pairs, load, onProgress };
}

export interface EncodedPictures {
  /** `[n, D]` */
  readonly rows: Rows;
  /** The pair of each row; those of broken pictures are not among them. */
  readonly pairs: readonly Pair[];
}

/** @throws UserError naming a broken picture that may not be left out, or when all are broken */
export async function encodePictures(
  encoder: PairEncoder,
  set: EvaluationSet,
): Promise<EncodedPictures> {
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
    set.onProgress?.(start + found.length);
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
