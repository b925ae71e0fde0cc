import type { Engine } from "@cliptune/engine";
import type { TrainConfig } from "./config.js";
import type { DataSets } from "./data-sets.js";
import { createEmbedder } from "./embedder.js";
import { evaluatePrepared } from "./evaluate.js";
import { type EvaluationSet, prepareEvaluation } from "./evaluation-set.js";
import type { Pair } from "./folder.js";
import { engineProducts } from "./inner-products.js";
import type { SetMetrics, SetName } from "./metrics-log.js";
import { type OnSkip, withSkipHint } from "./skipped.js";
import type { Trainable } from "./trainable.js";

export interface Evaluator {
  /** Metrics of every evaluation set with the parameters, or with `ema` their averages, as they are now. */
  evaluate(): Promise<SetMetrics>;
  dispose(): Promise<void>;
}

interface EvaluatorParts {
  readonly config: TrainConfig;
  readonly engine: Engine;
  readonly trainable: Trainable;
  readonly data: DataSets;
  readonly onSkip: OnSkip;
  /** Called with the pictures of all sets that are encoded, and in all. */
  readonly onProgress: (done: number, total: number) => void;
}

/** Evaluation of a configuration's sets; what is broken in them shows at the first evaluation. */
export function createEvaluator(parts: EvaluatorParts): Evaluator {
  const { config, engine, trainable, data } = parts;
  const onSkip = config.data.onError === "skip" ? parts.onSkip : undefined;
  const { preprocessing } = trainable.model;
  const prepared: [SetName, EvaluationSet][] = [];
  const total = Object.values(data.evaluate).reduce((sum, pairs) => sum + pairs.length, 0);
  let before = 0;
  const onProgress = (done: number): void => parts.onProgress(before + done, total);
  for (const name of ["inDomain", "outOfDomain"] as const) {
    const pairs = data.evaluate[name];
    if (!pairs) continue;
    const set = prepareEvaluation(pairs, { preprocessing, onSkip, onProgress });
    const load = (pair: Pair) =>
      set.load(pair).catch((error: unknown) => {
        throw withSkipHint(error);
      });
    prepared.push([name, { ...set, load }]);
  }
  const embedder = createEmbedder(engine, trainable, {
    batchSize: config.evaluate.batchSize,
    strength: config.lora.strength,
    averaged: config.ema !== undefined,
  });
  const { products, dispose } = engineProducts(engine);
  const { templates } = config.evaluate;
  return {
    async evaluate() {
      const sets: SetMetrics = {};
      before = 0;
      for (const [name, set] of prepared) {
        sets[name] = await evaluatePrepared(embedder, set, { products, templates });
        before += set.pairs.length;
      }
      return sets;
    },
    async dispose() {
      await embedder.dispose();
      await dispose();
    },
  };
}
