import type { SetMetrics } from "./metrics-log.js";

/** `summary.json`: how a run ended. */
export interface Summary {
  readonly interrupted: boolean;
  /** Steps done. */
  readonly step: number;
  readonly totalSteps: number;
  readonly epoch: number;
  readonly seconds: number;
  /** Loss of the last step. */
  readonly loss: number | null;
  readonly mode: "lora" | "full";
  /** Directory of the model that was tuned. */
  readonly model: string;
  readonly fingerprint: string;
  /** Default multiplier on the adapter; null in full mode. */
  readonly strength: number | null;
  /** The untuned model. */
  readonly base: SetMetrics | null;
  /** What `best/` holds. */
  readonly best: { readonly step: number; readonly sets: SetMetrics } | null;
  /** The last evaluation. */
  readonly final: SetMetrics | null;
}

/**
 * Whether `sets` beats `best`: in-domain text → image recall at 10, then at 5, then at 1. Search is
 * text → image, and at a few hundred queries recall at 10 is the least noisy; a tie keeps the earlier.
 */
export function isBetter(sets: SetMetrics, best: SetMetrics | undefined): boolean {
  const [now, before] = [sets.inDomain?.textToImage, best?.inDomain?.textToImage];
  if (!now || !before) return true;
  for (const key of ["r10", "r5", "r1"] as const) {
    if (now[key] !== before[key]) return now[key] > before[key];
  }
  return false;
}
