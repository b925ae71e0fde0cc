import type { Encoder } from "@cliptune/clip";
import { type EvaluationOptions, retrievalEvaluation } from "../evaluate.js";
import type { Pair } from "../folder.js";
import type { SetMetrics, SetName } from "../metrics-log.js";
import type { StrengthResult } from "./run-results.js";

export interface StrengthCurveOptions extends Omit<EvaluationOptions, "onProgress"> {
  readonly strengths: readonly number[];
  /** Called with the number of strengths that are measured. */
  readonly onProgress?: (done: number) => void;
}

/** Retrieval on each set with the adapter's effect multiplied by each strength; 0 is the base model. */
export async function strengthCurve(
  encoder: Encoder,
  sets: Readonly<Partial<Record<SetName, readonly Pair[]>>>,
  { strengths, onProgress, ...options }: StrengthCurveOptions,
): Promise<StrengthResult[]> {
  const measures = (Object.entries(sets) as [SetName, readonly Pair[]][]).map(
    ([name, pairs]) => [name, retrievalEvaluation(pairs, options)] as const,
  );
  const results: StrengthResult[] = [];
  for (const strength of strengths) {
    encoder.setStrength(strength);
    const metrics: SetMetrics = {};
    for (const [name, measure] of measures) metrics[name] = await measure(encoder);
    results.push({ strength, sets: metrics });
    onProgress?.(results.length);
  }
  return results;
}
