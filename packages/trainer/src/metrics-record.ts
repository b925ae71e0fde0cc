import type { RetrievalMetrics } from "./evaluate.js";

export interface StepRecord {
  readonly type: "step";
  /** Steps done. */
  readonly step: number;
  /** Passes over the first training set. */
  readonly epoch: number;
  /** Since the run began, pauses between resumptions left out. */
  readonly seconds: number;
  readonly loss: number;
  readonly learningRate: number;
  /** Before clipping. */
  readonly gradNorm: number;
  /** Each term of a loss that has several, before its weight. */
  readonly terms?: Readonly<Record<string, number>>;
  readonly pairsPerSecond: number;
  /** From asking for the batch to having it: reading, decoding, drawing; other steps computed meanwhile. */
  readonly decodeSeconds: number;
  /** How long the engine had nothing to do because the batch was not there yet. */
  readonly waitSeconds: number;
  /** The engine's share of the step. */
  readonly computeSeconds: number;
}

export type SetName = "inDomain" | "outOfDomain";
export type SetMetrics = Partial<Record<SetName, RetrievalMetrics>>;

export interface EvaluationRecord {
  readonly type: "evaluation";
  /** 0 is the untuned base. */
  readonly step: number;
  readonly epoch: number;
  readonly seconds: number;
  readonly sets: SetMetrics;
}

export type MetricsRecord = StepRecord | EvaluationRecord;
