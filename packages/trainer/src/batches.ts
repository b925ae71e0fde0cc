import { type Data, UserError } from "@cliptune/engine";
import type { CanvasCache, TrainingCanvas } from "./canvas-cache.js";
import { drawColors } from "./color-matrix.js";
import type { TrainConfig } from "./config.js";
import type { Pair } from "./folder.js";
import { hashText, stream } from "./random.js";
import type { Sample, Sampler, WeightedPairs } from "./sampler.js";
import type { TokenTable } from "./token-table.js";
import { drawBox } from "./view.js";

/** What the compiled step takes for one batch; see `step.ts` for the shapes. */
export interface Batch {
  readonly textLength: number;
  readonly inputs: Readonly<Record<BatchInput, Data>>;
}

export type BatchInput =
  | "canvases"
  | "boxes"
  | "colors"
  | "ids"
  | "ends"
  | "titles"
  | "captions"
  | "seed";

export interface BatchSource {
  readonly config: TrainConfig;
  readonly sets: readonly WeightedPairs[];
  readonly sampler: Sampler;
  readonly canvases: CanvasCache;
  readonly tokens: TokenTable;
  /** Called once for each broken picture that is skipped. */
  readonly onSkip: (message: string) => void;
}

/** Makes the batch of a step: a pure function of the step, the seed and the files. */
export function createBatches(source: BatchSource): (step: number) => Promise<Batch> {
  const { config, sampler, canvases, tokens } = source;
  const load = createLoader(source);
  const side = canvases.size;
  return async (step) => {
    const found = await Promise.all(sampler.batch(step).map((sample) => load(sample)));
    const pixels = new Uint8Array(found.length * side * side * 3);
    const boxes = new Float32Array(found.length * 4);
    const colors = new Float32Array(found.length * 12);
    for (const [row, { sample, canvas }] of found.entries()) {
      const { set, epoch, pair } = sample;
      const random = stream(config.seed, "view", set, epoch, pair.id);
      pixels.set(canvas.pixels, row * canvas.pixels.length);
      boxes.set(drawBox(random, canvas.aspect, config.augment), row * 4);
      colors.set(drawColors(random, canvas.mean, config.augment), row * 12);
    }
    const captions = found.map(({ sample }) => drawCaption(sample, config.seed));
    const { ids, ends, length } = tokens.rows(captions);
    return {
      textLength: length,
      inputs: {
        canvases: pixels,
        boxes,
        colors,
        ids,
        ends,
        titles: Int32Array.from(found, ({ sample }) => titleKey(sample.pair)),
        captions: Int32Array.from(captions, tokens.indexOf),
        seed: Float32Array.of(stream(config.seed, "dropout", step)() * 1000),
      },
    };
  };
}

export function drawCaption({ pair, set, epoch }: Sample, seed: number): string {
  const at = stream(seed, "caption", set, epoch, pair.id)() * pair.captions.length;
  return pair.captions[Math.floor(at)]!;
}

/** Equal for equal titles whatever their case; 31 bits, so that two titles out of a batch hardly ever meet. */
const titleKey = (pair: Pair): number => hashText(pair.title.trim().toLowerCase()) >>> 1;

interface Loaded {
  readonly sample: Sample;
  readonly canvas: TrainingCanvas;
}

/**
 * Loads a sample's picture. When pictures may be skipped, the next whole one of the set stands in for a
 * broken one: that depends on the files alone, so a resumed run sees the same batches.
 */
function createLoader({ config, sets, canvases, onSkip }: BatchSource) {
  const broken = new Set<string>();
  const skip = config.data.onError === "skip";
  return async function load(sample: Sample, tries = 0): Promise<Loaded> {
    const { file } = sample.pair;
    try {
      if (broken.has(file)) throw new UserError(file);
      return { sample, canvas: await canvases.load(file) };
    } catch (error) {
      const { pairs } = sets[sample.set]!;
      if (!skip || !(error instanceof UserError)) throw error;
      if (!broken.has(file)) onSkip(error.message);
      broken.add(file);
      if (tries === pairs.length) {
        throw new UserError(`None of the ${pairs.length} pictures of a training set can be read.`);
      }
      const index = (sample.index + 1) % pairs.length;
      return load({ ...sample, index, pair: pairs[index]! }, tries + 1);
    }
  };
}
