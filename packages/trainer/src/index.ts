export {
  type DataSource,
  type TrainConfig,
  type TrainConfigInput,
  type TrainSource,
  trainConfig,
} from "./config.js";
export { dataSource } from "./data-config.js";
export { type DataSets, loadDataSets } from "./data-sets.js";
export { type Drift, drift, type EmbeddedSet } from "./drift.js";
export type { PairEncoder } from "./embedder.js";
export {
  type EvaluationOptions,
  evaluateRetrieval,
  type RetrievalMetrics,
  retrievalEvaluation,
} from "./evaluate.js";
export { type EvaluationSet, encodePictures, prepareEvaluation } from "./evaluation-set.js";
export type { TrainEvent } from "./events.js";
export { type FolderOptions, type Pair, readFolder } from "./folder.js";
export {
  engineProducts,
  type InnerProducts,
  plainProducts,
  type Rows,
  rowsOf,
} from "./inner-products.js";
export {
  findLearningRate,
  type RateSweep,
  type RateSweepOptions,
} from "./lr-find/find-learning-rate.js";
export { type RatePoint, type RateSuggestion, suggestRate } from "./lr-find/suggest.js";
export { writeRateSweep } from "./lr-find/write-rate-sweep.js";
export {
  type EvaluationRecord,
  type MetricsRecord,
  readMetrics,
  type SetMetrics,
  type StepRecord,
} from "./metrics-log.js";
export { parseTrainConfig } from "./parse-config.js";
export { type Ranking, type Recall, rank } from "./retrieval.js";
export type { WeightedPairs } from "./sampler.js";
export { configSchema, type Setting, settings } from "./settings.js";
export { readSkipped, type SkippedPicture } from "./skipped.js";
export type { Summary } from "./summary.js";
export { type PlannedRun, planRuns } from "./sweep/plan-runs.js";
export { tableMarkdown } from "./sweep/render-table.js";
export { runNumbers, type StrengthResult, strengthNumbers } from "./sweep/run-results.js";
export { strengthCurve } from "./sweep/strength-curve.js";
export { parseSweepConfig, type SweepConfig } from "./sweep/sweep-config.js";
export { type RunResult, type SweepTable, sweepTable, unknownColumns } from "./sweep/table.js";
export { writeSweep } from "./sweep/write-sweep.js";
export { type TrainOptions, train } from "./train.js";
export { loadTrainModel } from "./train-model.js";
export type { ZeroShot } from "./zero-shot.js";
