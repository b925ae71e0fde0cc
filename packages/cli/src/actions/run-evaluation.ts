import { createEncoder, type Encoder } from "@cliptune/clip";
import type { Engine } from "@cliptune/engine";
import { evaluateRetrieval, type RetrievalMetrics, readFolder } from "@cliptune/trainer";
import { dataFolder } from "../bundled-sets.js";
import type { Answer } from "../command.js";
import { withEngine } from "../engine-choice.js";
import { type LoadedModel, loadChoice } from "../load-choice.js";
import type { ModelChoice } from "../model-choice.js";

export interface EvaluateOptions {
  readonly data: string;
  readonly split: string | undefined;
  readonly choice: ModelChoice;
  /** Prompts of each class of labelled pairs. */
  readonly templates: readonly string[];
  readonly engine: string;
  readonly dataDir: string;
}

/** What a model finds among held-out pairs; with an adapter, the base model's figures beside. */
export async function runEvaluation(options: EvaluateOptions): Promise<Answer> {
  const { data, split } = options;
  const folder = await dataFolder(data, options.dataDir);
  const pairs = await readFolder(folder, split === undefined ? {} : { split });
  const loaded = await loadChoice(options.choice);
  const { preprocessing } = loaded.model;
  const { base, tuned } = await withEngine(options.engine, (engine) =>
    withEncoder(engine, loaded, async (encoder) => {
      const measuring = { preprocessing, engine, templates: options.templates };
      const tuned = await evaluateRetrieval(encoder, pairs, measuring);
      if (!loaded.adapter) return { base: tuned };
      encoder.setStrength(0);
      return { base: await evaluateRetrieval(encoder, pairs, measuring), tuned };
    }),
  );
  const { n, images } = base;
  return {
    json: { data: folder, ...(split === undefined ? {} : { split }), n, images, base, tuned },
    text: describe({ n, images }, { base, tuned }),
  };
}

async function withEncoder<T>(
  engine: Engine,
  { model, adapter, strength }: LoadedModel,
  body: (encoder: Encoder) => Promise<T>,
): Promise<T> {
  const encoder = await createEncoder(engine, model, adapter ? { adapter, strength } : {});
  try {
    return await body(encoder);
  } finally {
    await encoder.dispose();
  }
}

interface Sizes {
  readonly n: number;
  readonly images: number;
}

interface Results {
  readonly base: RetrievalMetrics;
  readonly tuned?: RetrievalMetrics | undefined;
}

function describe({ n, images }: Sizes, { base, tuned }: Results): string {
  const columns = tuned ? [base, tuned] : [base];
  const row = (name: string, pick: (metrics: RetrievalMetrics) => string) =>
    `${name.padEnd(26)}${columns.map((metrics) => pick(metrics).padStart(10)).join("")}`;
  const recall = (way: "textToImage" | "imageToText", name: string) =>
    ([1, 5, 10] as const).map((k) => row(`${name} R@${k}`, (m) => percent(m[way][`r${k}`])));
  const ranks = (way: "textToImage" | "imageToText", name: string) => [
    row(`${name} MRR`, (m) => m[way].mrr.toFixed(3)),
    row(`${name} nDCG@10`, (m) => m[way].ndcg10.toFixed(3)),
    row(`${name} median rank`, (m) => String(m[way].medianRank)),
  ];
  const zeroShotRows = base.zeroShot
    ? [
        row(`zero-shot top-1 of ${base.zeroShot.classes}`, (m) => percent(m.zeroShot!.top1)),
        row("zero-shot, mean per class", (m) => percent(m.zeroShot!.meanPerClass)),
      ]
    : [];
  return [
    `${n} titles, ${images} pictures`,
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
