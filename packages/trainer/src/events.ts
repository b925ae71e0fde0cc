import type { EvaluationRecord, StepRecord } from "./metrics-log.js";
import type { Summary } from "./summary.js";

/** What `train` tells while it runs; enough for a progress bar. */
export type TrainEvent =
  | {
      readonly type: "start";
      readonly pairs: number;
      readonly stepsPerEpoch: number;
      readonly totalSteps: number;
      /** How many numbers are trained. */
      readonly parameters: number;
      /** 0, or where a resumed run goes on. */
      readonly step: number;
    }
  | (StepRecord & { readonly totalSteps: number })
  | {
      readonly type: "evaluating";
      readonly step: number;
      readonly totalSteps: number;
      /** Pictures of all sets: encoded, and in all. */
      readonly done: number;
      readonly total: number;
    }
  | EvaluationRecord
  | { readonly type: "checkpoint"; readonly step: number; readonly path: string }
  | { readonly type: "warning"; readonly message: string }
  | { readonly type: "done"; readonly summary: Summary };
