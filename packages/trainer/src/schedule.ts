import type { TrainConfig } from "./config.js";

type ScheduleOptions = Pick<
  TrainConfig["optimizer"],
  "learningRate" | "warmup" | "schedule" | "beta1" | "beta2"
>;

/** The scalars that differ from step to step; inputs of the compiled program. */
export interface StepScalars {
  readonly learningRate: number;
  /** 1 − beta^(step + 1), AdamW's corrections for moments that began at 0. */
  readonly correction1: number;
  readonly correction2: number;
}

/**
 * Linear warm-up, then cosine or linear to 0, or constant.
 *
 * @param step from 0
 * @param total steps of the whole run
 */
export function stepScalars(step: number, total: number, options: ScheduleOptions): StepScalars {
  const warm = Math.round(options.warmup * total);
  const share =
    step < warm ? (step + 1) / (warm + 1) : decay(step, { warm, total }, options.schedule);
  return {
    learningRate: options.learningRate * share,
    correction1: 1 - options.beta1 ** (step + 1),
    correction2: 1 - options.beta2 ** (step + 1),
  };
}

function decay(
  step: number,
  { warm, total }: { warm: number; total: number },
  schedule: ScheduleOptions["schedule"],
): number {
  if (schedule === "constant") return 1;
  const progress = (step - warm) / Math.max(1, total - warm); // 0 … 1
  return schedule === "linear" ? 1 - progress : (1 + Math.cos(Math.PI * progress)) / 2;
}
