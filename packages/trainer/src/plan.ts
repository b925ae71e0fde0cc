import type { Engine } from "@cliptune/engine";
import type { TrainConfig } from "./config.js";
import type { DataSets } from "./data-sets.js";
import type { TrainEvent } from "./events.js";
import type { MetricsLog, SetMetrics } from "./metrics-log.js";
import type { RunDir } from "./run-dir.js";
import type { SkipList } from "./skipped.js";
import type { Trainable } from "./trainable.js";

/** Everything that a run works with. */
export interface LoopParts {
  readonly config: TrainConfig;
  readonly engine: Engine;
  readonly trainable: Trainable;
  readonly data: DataSets;
  readonly run: RunDir;
  readonly log: MetricsLog;
  readonly skips: SkipList;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: (event: TrainEvent) => void;
}

/** What changes while a run goes on. */
export interface Progress {
  step: number;
  loss: number | null;
  base: SetMetrics | undefined;
  best: { step: number; sets: SetMetrics } | undefined;
  final: SetMetrics | undefined;
}

/** When things happen. */
export interface Plan {
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly evaluateEvery: number;
  readonly checkpointEvery: number;
  /** Seconds since the run began. */
  readonly seconds: () => number;
}

export function planRun({ config, run }: LoopParts, stepsPerEpoch: number): Plan {
  const totalSteps = config.steps ?? Math.max(1, Math.round((config.epochs ?? 10) * stepsPerEpoch));
  const evaluateEvery = config.evaluate.every === "epoch" ? stepsPerEpoch : config.evaluate.every;
  const { every } = config.checkpoint;
  const began = performance.now() - (run.resumed?.seconds ?? 0) * 1000;
  return {
    stepsPerEpoch,
    totalSteps,
    evaluateEvery,
    checkpointEvery: every === "evaluation" ? evaluateEvery : every,
    seconds: () => (performance.now() - began) / 1000,
  };
}

/** Where a run stands at its start: at the beginning, or where its newest checkpoint left it. */
export const startProgress = ({ resumed }: RunDir): Progress => ({
  step: resumed?.step ?? 0,
  loss: resumed?.loss ?? null,
  base: resumed?.base,
  best: resumed?.best,
  final: resumed?.final,
});
