import type { TrainConfig } from "./config.js";
import type { SetMetrics } from "./metrics-log.js";

/** `summary.json`: how a run ended. */
export interface Summary {
  readonly interrupted: boolean;
  /** Whole, but ended by early stopping. */
  readonly stoppedEarly: boolean;
  /** Steps done. */
  readonly step: number;
  readonly totalSteps: number;
  readonly epoch: number;
  readonly seconds: number;
  /** Loss of the last step. */
  readonly loss: number | null;
  /** Broken pictures left out; `skipped.jsonl` names them. */
  readonly skipped: number;
  readonly mode: TrainConfig["mode"];
  /** Directory of the model that was tuned. */
  readonly model: string;
  readonly fingerprint: string;
  /** Default multiplier on the adapter; null where the run ends in a model. */
  readonly strength: number | null;
  /** The untuned model. */
  readonly base: SetMetrics | null;
  /** What `best/` holds. */
  readonly best: { readonly step: number; readonly sets: SetMetrics } | null;
  /** The last evaluation. */
  readonly final: SetMetrics | null;
}

/**
 * Whether `sets` beats `best`. First, out-of-domain recall at 10 must reach `leastOutside`: one that does
 * beats one that does not. Then in-domain text → image recall at 10 decides, then at 5, then at 1:
 * search is text → image, and recall at 10 is the least noisy. A tie keeps the earlier.
 */
export function isBetter(
  sets: SetMetrics,
  best: SetMetrics | undefined,
  leastOutside = 0,
): boolean {
  const [now, before] = [sets.inDomain?.textToImage, best?.inDomain?.textToImage];
  if (!best || !now || !before) return true;
  const keeps = (of: SetMetrics): boolean => (of.outOfDomain?.textToImage.r10 ?? 1) >= leastOutside;
  if (keeps(sets) !== keeps(best)) return keeps(sets);
  for (const key of ["r10", "r5", "r1"] as const) {
    if (now[key] !== before[key]) return now[key] > before[key];
  }
  return false;
}
