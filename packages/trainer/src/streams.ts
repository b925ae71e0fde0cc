import type { Data } from "@cliptune/engine";
import { blurRange } from "./blur.js";
import { drawColors } from "./color-matrix.js";
import type { LossNeeds } from "./loss-config.js";
import { stream } from "./random.js";
import type { Sample } from "./sampler.js";
import { drawBox } from "./view.js";

/** A sample whose picture is loaded. */
export interface SeenSample {
  readonly sample: Sample;
  readonly canvas: { readonly aspect: number; readonly mean: readonly number[] };
}

/**
 * Inputs of the second stream of pictures: for each sample the crop, colours and blur of two SimCLR
 * views, drawn from the seed and the sample's identity.
 *
 * @returns `viewBoxes` `[B, 2, 4]`, `viewColors` `[B, 2, 12]`, `viewBlurs` `[B, 2]`
 */
export function drawViews(
  found: readonly SeenSample[],
  { crop, flip, jitter, grayscale, blur }: NonNullable<LossNeeds["views"]>,
  seed: number,
): Record<string, Data> {
  const viewBoxes = new Float32Array(found.length * 8);
  const viewColors = new Float32Array(found.length * 24);
  const viewBlurs = new Float32Array(found.length * 2);
  const colors = { jitter, grayscale, jitterProbability: 0.8 };
  for (const [row, { sample, canvas }] of found.entries()) {
    for (const view of [0, 1]) {
      const random = stream(seed, "simclr", view, sample.set, sample.epoch, sample.pair.id);
      const at = row * 2 + view;
      viewBoxes.set(drawBox(random, canvas.aspect, { crop, ratio: [3 / 4, 4 / 3], flip }), at * 4);
      viewColors.set(drawColors(random, canvas.mean, colors), at * 12);
      const [blurs, share] = [random() < blur, random()];
      viewBlurs[at] = blurs ? blurRange[0] + share * (blurRange[1] - blurRange[0]) : 0;
    }
  }
  return { viewBoxes, viewColors, viewBlurs };
}

/** The text of the second encoding: the caption again, or another one of the picture where it has several. */
export function drawOtherCaption(
  { pair, set, epoch }: Sample,
  caption: string,
  { captions }: NonNullable<LossNeeds["texts"]>,
  seed: number,
): string {
  const others = pair.captions.filter((other) => other !== caption);
  if (captions === "same" || others.length === 0) return caption;
  const at = stream(seed, "other caption", set, epoch, pair.id)() * others.length;
  return others[Math.floor(at)]!;
}
