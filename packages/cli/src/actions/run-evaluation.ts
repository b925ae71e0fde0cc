import { type RetrievalMetrics, readFolder, retrievalEvaluation } from "@cliptune/trainer";
import { dataFolder } from "../bundled-sets.js";
import type { Answer } from "../command.js";
import { withEngine } from "../engine-choice.js";
import type { ModelChoice } from "../model-choice.js";
import { createProgress } from "../progress.js";
import { withBaseAndTuned } from "./base-and-tuned.js";

export interface EvaluateOptions {
  readonly data: string;
  readonly split: string | undefined;
  readonly choice: ModelChoice;
  /** Prompts of each class of labelled pairs. */
  readonly templates: readonly string[];
  readonly engine: string;
  readonly dataDir: string;
}

/** What a model finds among held-out pairs; of a tuned one, the figures of what it began with beside. */
export async function runEvaluation(options: EvaluateOptions): Promise<Answer> {
  const { data, split, templates } = options;
  const folder = await dataFolder(data, options.dataDir);
  const pairs = await readFolder(folder, split === undefined ? {} : { split });
  const progress = createProgress({ label: "pictures" });
  const results: Results = {};
  let skipped = 0;
  await withEngine(options.engine, (engine) =>
    withBaseAndTuned(engine, options.choice, async (models, { preprocessing }) => {
      const all = models.length * pairs.length;
      const measure = retrievalEvaluation(pairs, {
        ...{ preprocessing, engine, templates },
        onProgress: (done) =>
          progress.update(Object.keys(results).length * pairs.length + done, all),
        onSkip: ({ reason }) => {
          skipped++;
          progress.line(`left out: ${reason}`);
        },
      });
      for (const { name, use } of models) results[name] = await measure(use());
    }),
  ).finally(() => progress.stop());
  const { n, images } = (results.base ?? results.tuned)!;
  const where = { data: folder, ...(split === undefined ? {} : { split }) };
  return {
    json: { ...where, n, images, skipped, ...results },
    text: describe({ n, images, skipped }, results),
  };
}

interface Sizes {
  readonly n: number;
  readonly images: number;
  /** Broken pictures. */
  readonly skipped: number;
}

/** One of them at least. */
interface Results {
  base?: RetrievalMetrics;
  tuned?: RetrievalMetrics;
}

function describe({ n, images, skipped }: Sizes, { base, tuned }: Results): string {
  const columns = [base, tuned].filter((metrics) => metrics !== undefined);
  const classes = columns[0]?.zeroShot?.classes;
  const row = (name: string, pick: (metrics: RetrievalMetrics) => string) =>
    `${name.padEnd(26)}${columns.map((metrics) => pick(metrics).padStart(10)).join("")}`;
  const recall = (way: "textToImage" | "imageToText", name: string) =>
    ([1, 5, 10] as const).map((k) => row(`${name} R@${k}`, (m) => percent(m[way][`r${k}`])));
  const ranks = (way: "textToImage" | "imageToText", name: string) => [
    row(`${name} MRR`, (m) => m[way].mrr.toFixed(3)),
    row(`${name} nDCG@10`, (m) => m[way].ndcg10.toFixed(3)),
    row(`${name} median rank`, (m) => String(m[way].medianRank)),
  ];
  const zeroShotRows = classes
    ? [
        row(`zero-shot top-1 of ${classes}`, (m) => percent(m.zeroShot!.top1)),
        row("zero-shot, mean per class", (m) => percent(m.zeroShot!.meanPerClass)),
      ]
    : [];
  return [
    `${n} titles, ${images} pictures${skipped > 0 ? `; ${skipped} could not be read` : ""}`,
    row("", (metrics) => (metrics === tuned ? "tuned" : "base")),
    ...recall("textToImage", "text → image"),
    ...ranks("textToImage", "text → image"),
    ...recall("imageToText", "image → text"),
    ...ranks("imageToText", "image → text"),
    ...zeroShotRows,
    row("alignment", (m) => m.alignment.toFixed(3)),
    row("uniformity of images", (m) => m.uniformityImage.toFixed(3)),
    row("uniformity of texts", (m) => m.uniformityText.toFixed(3)),
    row("mean cosine of images", (m) => m.cosineImage.toFixed(3)),
    row("mean cosine of texts", (m) => m.cosineText.toFixed(3)),
    row("effective rank of images", (m) => m.effectiveRankImage.toFixed(1)),
    row("effective rank of texts", (m) => m.effectiveRankText.toFixed(1)),
    row("modality gap", (m) => m.modalityGap.toFixed(3)),
  ].join("\n");
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
