import type { Encoder, Preprocessing } from "@cliptune/clip";
import type { Engine } from "@cliptune/engine";
import { evaluateRetrieval } from "../evaluate.js";
import type { Pair } from "../folder.js";
import type { SetMetrics, SetName } from "../metrics-log.js";
import type { StrengthResult } from "./run-results.js";

export interface StrengthCurveOptions {
  readonly strengths: readonly number[];
  readonly preprocessing: Preprocessing;
  readonly engine?: Engine | undefined;
  readonly templates?: readonly string[] | undefined;
  readonly onProgress?: (done: number) => void;
}

/** Retrieval on each set with the adapter's effect multiplied by each strength; 0 is the base model. */
export async function strengthCurve(
  encoder: Encoder,
  sets: Readonly<Partial<Record<SetName, readonly Pair[]>>>,
  { strengths, onProgress, ...options }: StrengthCurveOptions,
): Promise<StrengthResult[]> {
  const results: StrengthResult[] = [];
  for (const strength of strengths) {
    encoder.setStrength(strength);
    const metrics: SetMetrics = {};
    for (const [name, pairs] of Object.entries(sets) as [SetName, readonly Pair[]][]) {
      metrics[name] = await evaluateRetrieval(encoder, [...pairs], options);
    }
    results.push({ strength, sets: metrics });
    onProgress?.(results.length);
  }
  return results;
}
