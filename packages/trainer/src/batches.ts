import { type Data, UserError } from "@cliptune/engine";
import type { Teacher } from "./base-embeddings.js";
import type { CanvasCache } from "./canvas-cache.js";
import type { ClassPrompts } from "./class-prompts.js";
import { drawColors } from "./color-matrix.js";
import type { TrainConfig } from "./config.js";
import { titleKey } from "./folder.js";
import type { LossNeeds } from "./loss-config.js";
import { hashText, permutation, stream } from "./random.js";
import type { Sample, Sampler, WeightedPairs } from "./sampler.js";
import { type OnSkip, withSkipHint } from "./skipped.js";
import { drawOtherCaption, drawViews } from "./streams.js";
import type { TextPairs } from "./text-pairs.js";
import type { TokenRows, TokenTable } from "./token-table.js";
import type { TrainingCanvas } from "./training-canvas.js";
import { drawBox } from "./view.js";

/** What the compiled step takes for one batch; see `step.ts` for the shapes. */
export interface Batch {
  readonly textLength: number;
  /** What is in it, in order: for naming what broke a step. */
  readonly items: readonly BatchItem[];
  readonly inputs: Readonly<Record<string, Data>>;
}

export interface BatchItem {
  readonly file: string;
  readonly caption: string;
}

/** How many of a picture's patches a step sees; `kept` is 0 when it sees them all. */
export interface PatchShare {
  readonly kept: number;
  readonly total: number;
}

/** At least one patch; a share of 1 needs no draw. */
export function patchShare(share: number, total: number): PatchShare {
  return { total, kept: share === 1 ? 0 : Math.max(1, Math.round(share * total)) };
}

export interface BatchSource {
  readonly config: TrainConfig;
  readonly sets: readonly WeightedPairs[];
  readonly sampler: Sampler;
  readonly canvases: CanvasCache;
  readonly tokens: TokenTable;
  readonly patches: PatchShare;
  readonly needs: LossNeeds;
  /** When the loss needs them. */
  readonly classes: ClassPrompts | undefined;
  /** When the loss needs them. */
  readonly textPairs: TextPairs | undefined;
  /** When the loss needs one. */
  readonly teacher: Teacher | undefined;
  /** Called once for each broken picture that is skipped. */
  readonly onSkip: OnSkip;
}

/** Makes the batch of a step: a pure function of the step, the seed and the files. */
export function createBatches(source: BatchSource): (step: number) => Promise<Batch> {
  const { config, sampler, canvases, tokens } = source;
  const load = createLoader(source);
  const side = canvases.size;
  const { kept, total } = source.patches;
  const { needs, teacher, classes, textPairs } = source;
  return async (step) => {
    const found = await Promise.all(sampler.batch(step).map((sample) => load(sample)));
    const pixels = new Uint8Array(found.length * side * side * 3);
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
    const captions = found.map(({ sample }) => drawCaption(sample, config.seed));
    const others = needs.texts && otherCaptions(found, captions, needs.texts, config.seed);
    const pairs = textPairs?.(step);
    const { ids, ends, length } = tokens.rows(captions, [...(others ?? []), ...(pairs ?? [])]);
    return {
      textLength: length,
      items: found.map(({ sample }, row) => ({ file: sample.pair.file, caption: captions[row]! })),
      inputs: {
        canvases: pixels,
        boxes,
        colors,
        patches,
        ids,
        ends,
        titles: Int32Array.from(found, ({ sample }) => titleNumber(sample.pair.title)),
        captions: Int32Array.from(captions, tokens.indexOf),
        ...(needs.views && drawViews(found, needs.views, config.seed)),
        ...(others && otherText(tokens.rows(others, [...captions, ...(pairs ?? [])]))),
        ...(pairs && pairText(tokens, pairs, [...captions, ...(others ?? [])])),
        ...(classes && {
          ...classes.inputs,
          labels: Int32Array.from(found, ({ sample }) => classes.labelOf(sample.pair)),
        }),
        ...(teacher && {
          teacherImage: teacher.images(found.map(({ sample }) => sample.pair.file)),
          teacherText: teacher.texts(captions),
        }),
        seed: Float32Array.of(stream(config.seed, "dropout", step)() * 1000),
      },
    };
  };
}

export function drawCaption({ pair, set, epoch }: Sample, seed: number): string {
  const at = stream(seed, "caption", set, epoch, pair.id)() * pair.captions.length;
  return pair.captions[Math.floor(at)]!;
}

const otherCaptions = (
  found: readonly Loaded[],
  captions: readonly string[],
  texts: NonNullable<LossNeeds["texts"]>,
  seed: number,
): string[] =>
  found.map(({ sample }, row) => drawOtherCaption(sample, captions[row]!, texts, seed));

const otherText = ({ ids, ends }: TokenRows) => ({ otherIds: ids, otherEnds: ends });

const pairText = (tokens: TokenTable, pairs: readonly string[], beside: readonly string[]) => {
  const { ids, ends } = tokens.rows(pairs, beside);
  return { pairIds: ids, pairEnds: ends, pairKeys: Int32Array.from(pairs, tokens.indexOf) };
};

/** 31 bits: two titles out of a batch hardly ever meet. */
const titleNumber = (title: string): number => hashText(titleKey(title)) >>> 1;

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
