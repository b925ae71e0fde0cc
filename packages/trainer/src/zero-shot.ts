import { UserError } from "@cliptune/engine";
import type { PairEncoder } from "./embedder.js";
import { type InnerProducts, type Rows, rowsOf } from "./inner-products.js";
import { placesOf } from "./retrieval.js";

/** How often a picture is nearest to its own class's prompts. */
export interface ZeroShot {
  readonly classes: number;
  /** Share of the pictures whose class comes first. */
  readonly top1: number;
  /** Share of the pictures whose class is among the first 5. */
  readonly top5: number;
  /** Mean over the classes of top1: unmoved by how many pictures each has. */
  readonly meanPerClass: number;
}

/** Pictures whose scores are in memory at once. */
const chunkSize = 256;

/** Replaces `{}` by the class's name; CLIP's own is "a photo of a {}." */
export const fillTemplate = (template: string, name: string): string =>
  template.replaceAll("{}", name);

/** @throws UserError when a template has no `{}` */
export function checkTemplates(templates: readonly string[]): void {
  const wrong = templates.find((template) => !template.includes("{}"));
  if (wrong !== undefined) {
    throw new UserError(
      `The template "${wrong}" has no {} for the class's name; write "a photo of a {}."`,
    );
  }
}

/**
 * A class's embedding is the mean of its prompts' unit embeddings, made unit length again, as in CLIP.
 *
 * @returns `[classes, D]`
 */
export async function classEmbeddings(
  encoder: PairEncoder,
  classes: readonly string[],
  templates: readonly string[],
): Promise<Rows> {
  const prompts = classes.flatMap((name) => templates.map((each) => fillTemplate(each, name)));
  const data = await encoder.encodeTexts(prompts);
  const width = data.length / prompts.length;
  const means = new Float32Array(classes.length * width);
  for (let c = 0; c < classes.length; c++) {
    const mean = means.subarray(c * width, (c + 1) * width);
    for (let t = 0; t < templates.length; t++) {
      const start = (c * templates.length + t) * width;
      for (let d = 0; d < width; d++) mean[d]! += data[start + d]!;
    }
    const norm = Math.hypot(...mean) || 1;
    for (let d = 0; d < width; d++) mean[d]! /= norm;
  }
  return rowsOf(means, classes.length);
}

/**
 * @param images `[N, D]`
 * @param classes `[C, D]`
 * @param labels `[N]` class of each picture
 */
export async function zeroShot(
  images: Rows,
  classes: Rows,
  { labels, products }: { readonly labels: Int32Array; readonly products: InnerProducts },
): Promise<ZeroShot> {
  const counts = new Int32Array(classes.n);
  const right = new Int32Array(classes.n);
  let [first, five] = [0, 0];
  for (let start = 0; start < images.n; start += chunkSize) {
    const n = Math.min(chunkSize, images.n - start);
    const data = images.data.subarray(start * images.width, (start + n) * images.width);
    const scores = await products({ data, n, width: images.width }, classes); // [n, C]
    for (let i = 0; i < n; i++) {
      const label = labels[start + i]!;
      const row = scores.subarray(i * classes.n, (i + 1) * classes.n);
      const [place] = placesOf(row, Int32Array.of(label)) as [number];
      counts[label]!++;
      if (place === 1) right[label]!++;
      if (place === 1) first++;
      if (place <= 5) five++;
    }
  }
  const seen = Array.from(counts.keys()).filter((label) => counts[label]! > 0);
  const perClass = seen.reduce((sum, label) => sum + right[label]! / counts[label]!, 0);
  return {
    classes: classes.n,
    ...{ top1: first / images.n, top5: five / images.n, meanPerClass: perClass / seen.length },
  };
}
