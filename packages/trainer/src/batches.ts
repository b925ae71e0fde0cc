import type { Data } from "@cliptune/engine";
import type { Teacher } from "./base-embeddings.js";
import { thinned } from "./captions.js";
import type { ClassPrompts } from "./class-prompts.js";
import { kindOf } from "./folder.js";
import type { LossNeeds } from "./loss-config.js";
import { hashText, stream } from "./random.js";
import type { Sample, Sampler } from "./sampler.js";
import { drawOtherCaption } from "./streams.js";
import type { TextPairs } from "./text-pairs.js";
import type { TokenRows, TokenTable } from "./token-table.js";
import { createViews, giveVectors, hasVectors, type ViewSource } from "./views.js";

/** What the compiled step takes for one batch; see `step.ts` for the shapes. */
export interface Batch {
  readonly textLength: number;
  /** What is in it, in order: for naming what broke a step. */
  readonly items: readonly BatchItem[];
  readonly inputs: Readonly<Record<string, Data>>;
  /** Lets go of the inputs once its step is over: later batches are written over them. */
  readonly release: () => void;
}

export interface BatchItem {
  readonly file: string;
  readonly caption: string;
}

export interface BatchSource extends ViewSource {
  readonly sampler: Sampler;
  readonly tokens: TokenTable;
  /** When the loss needs them. */
  readonly classes: ClassPrompts | undefined;
  /** When the loss needs them. */
  readonly textPairs: TextPairs | undefined;
  /** When the loss needs one. */
  readonly teacher: Teacher | undefined;
}

/** Makes the batch of a step: a pure function of the step, the seed and the files. */
export function createBatches(source: BatchSource): (step: number) => Promise<Batch> {
  const { config, sampler, tokens, needs, teacher, classes, textPairs } = source;
  const see = hasVectors(source.sets) ? giveVectors : createViews(source);
  return async (step) => {
    const { found, inputs, release } = await see(sampler.batch(step));
    const drawn = found.map((sample) => drawCaption(sample, config.seed));
    const others = needs.texts && otherCaptions(found, drawn, needs.texts, config.seed);
    const thin = (texts: readonly string[], purpose: string) =>
      thinned(texts, config.augment.dropWords, stream(config.seed, purpose, step));
    const captions = thin(drawn, "words of captions");
    const pairs = textPairs && thin(textPairs(step), "words of text pairs");
    const { ids, ends, length } = tokens.rows(captions, [...(others ?? []), ...(pairs ?? [])]);
    return {
      ...{ textLength: length, release },
      items: found.map(({ pair }, row) => ({ file: pair.file, caption: captions[row]! })),
      inputs: {
        ...inputs,
        ids,
        ends,
        titles: Int32Array.from(found, ({ pair }) => textKey(kindOf(pair, config.data.positives))),
        captions: Int32Array.from(captions, textKey),
        ...(others && otherText(tokens.rows(others, [...captions, ...(pairs ?? [])]))),
        ...(pairs && pairText(tokens, pairs, [...captions, ...(others ?? [])])),
        ...(classes && {
          ...classes.inputs,
          labels: Int32Array.from(found, ({ pair }) => classes.labelOf(pair)),
        }),
        ...(teacher && {
          teacherImage: teacher.images(found.map(({ pair }) => pair.file)),
          teacherText: teacher.texts(drawn),
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
  found: readonly Sample[],
  captions: readonly string[],
  texts: NonNullable<LossNeeds["texts"]>,
  seed: number,
): string[] => found.map((sample, row) => drawOtherCaption(sample, captions[row]!, texts, seed));

const otherText = ({ ids, ends }: TokenRows) => ({ otherIds: ids, otherEnds: ends });

const pairText = (tokens: TokenTable, pairs: readonly string[], beside: readonly string[]) => {
  const { ids, ends } = tokens.rows(pairs, beside);
  return { pairIds: ids, pairEnds: ends, pairKeys: Int32Array.from(pairs, textKey) };
};

/** Equal for equal texts; 31 bits, so that two texts out of a batch hardly ever meet. */
const textKey = (text: string): number => hashText(text) >>> 1;
