import { type Data, UserError } from "@cliptune/engine";
import { createArrayPool } from "./array-pool.js";
import type { CanvasCache } from "./canvas-cache.js";
import { drawColors } from "./color-matrix.js";
import type { TrainConfig } from "./config.js";
import type { LossNeeds } from "./loss-config.js";
import { permutation, stream } from "./random.js";
import type { Sample, WeightedPairs } from "./sampler.js";
import { type OnSkip, withSkipHint } from "./skipped.js";
import { drawViews } from "./streams.js";
import type { TrainingCanvas } from "./training-canvas.js";
import { drawBox } from "./view.js";

/** How many of a picture's patches a step sees; `kept` is 0 when it sees them all. */
export interface PatchShare {
  readonly kept: number;
  readonly total: number;
}

/** At least one patch; a share of 1 needs no draw. */
export function patchShare(share: number, total: number): PatchShare {
  return { total, kept: share === 1 ? 0 : Math.max(1, Math.round(share * total)) };
}

export interface ViewSource {
  readonly config: TrainConfig;
  readonly sets: readonly WeightedPairs[];
  readonly canvases: CanvasCache;
  readonly patches: PatchShare;
  readonly needs: LossNeeds;
  /** Called once for each broken picture that is skipped. */
  readonly onSkip: OnSkip;
}

/** What the image side of a batch is: the samples in it, others where pictures were broken, and the step's inputs. */
export interface Seen {
  readonly found: readonly Sample[];
  readonly inputs: Readonly<Record<string, Data>>;
  /** For when the inputs are no longer read. */
  readonly release: () => void;
}

/** Whether the sets are embeddings instead of pictures; all of them are, or none. */
export const hasVectors = (sets: readonly WeightedPairs[]): boolean =>
  sets[0]?.pairs[0]?.vector !== undefined;

/** Embeddings as they stand: nothing is drawn, nothing can be broken. */
export async function giveVectors(samples: readonly Sample[]): Promise<Seen> {
  const width = samples[0]!.pair.vector!.length;
  const vectors = new Float32Array(samples.length * width);
  for (const [row, { pair }] of samples.entries()) vectors.set(pair.vector!, row * width);
  return { found: samples, inputs: { vectors }, release: () => undefined };
}

/** Loads pictures and draws what is seen of each: crop, colours, patches. */
export function createViews(source: ViewSource): (samples: readonly Sample[]) => Promise<Seen> {
  const { config, canvases, needs } = source;
  const { kept, total } = source.patches;
  const load = createLoader(source);
  const side = canvases.size;
  const pool = createArrayPool();
  return async (samples) => {
    const found = await Promise.all(samples.map((sample) => load(sample)));
    const pixels = pool.take(found.length * side * side * 3);
    const patches = new Int32Array(found.length * kept);
    const boxes = new Float32Array(found.length * 4);
    const colors = new Float32Array(found.length * 12);
    for (const [row, { sample, canvas }] of found.entries()) {
      const { set, epoch, pair } = sample;
      const random = stream(config.seed, "view", set, epoch, pair.id);
      pixels.set(canvas.pixels, row * canvas.pixels.length);
      boxes.set(drawBox(random, canvas.aspect, config.augment), row * 4);
      colors.set(drawColors(random, canvas.mean, config.augment), row * 12);
      if (kept > 0) patches.set(permutation(total, random).subarray(0, kept).sort(), row * kept);
    }
    return {
      found: found.map(({ sample }) => sample),
      inputs: {
        ...{ canvases: pixels, boxes, colors, patches },
        ...(needs.views && drawViews(found, needs.views, config.seed)),
      },
      release: () => pool.give(pixels),
    };
  };
}

interface Loaded {
  readonly sample: Sample;
  readonly canvas: TrainingCanvas;
}

/**
 * Loads a sample's picture. When pictures may be skipped, the next whole one of the set stands in for a
 * broken one: that depends on the files alone, so a resumed run sees the same batches.
 */
function createLoader({ config, sets, canvases, onSkip }: ViewSource) {
  const broken = new Set<string>();
  const skip = config.data.onError === "skip";
  return async function load(sample: Sample, tries = 0): Promise<Loaded> {
    const { file } = sample.pair;
    try {
      if (broken.has(file)) throw new UserError(file);
      return { sample, canvas: await canvases.load(file) };
    } catch (error) {
      const { pairs } = sets[sample.set]!;
      if (!skip || !(error instanceof UserError)) throw withSkipHint(error);
      if (!broken.has(file)) onSkip({ file, reason: error.message });
      broken.add(file);
      if (tries === pairs.length) {
        throw new UserError(`None of the ${pairs.length} pictures of a training set can be read.`);
      }
      const index = (sample.index + 1) % pairs.length;
      return load({ ...sample, index, pair: pairs[index]! }, tries + 1);
    }
  };
}
