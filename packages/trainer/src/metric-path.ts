import { UserError } from "@cliptune/engine";
import { flatten } from "./flatten.js";
import { lowIsGood } from "./metric-names.js";
import type { EvaluationRecord, SetMetrics } from "./metrics-record.js";

/**
 * A metric by its path, such as `inDomain.textToImage.r10`, turned so that higher is better.
 *
 * @throws UserError naming the known metrics when there is none of that path
 */
function goodness(sets: SetMetrics, path: string): number {
  const numbers = flatten(sets);
  const value = numbers[path];
  if (value === undefined) {
    const known = Object.keys(numbers).join(", ") || "none, since data.evaluate names no set";
    throw new UserError(`There is no metric "${path}"; the evaluations have: ${known}.`);
  }
  return lowIsGood.has(path.slice(path.lastIndexOf(".") + 1)) ? -value : value;
}

type Evaluations = readonly Pick<EvaluationRecord, "step" | "sets">[];

/** Steps of the `count` best evaluations, the base left out; a tie goes to the earlier. */
export function topSteps(evaluations: Evaluations, metric: string, count: number): number[] {
  if (count === 0) return [];
  const scored = evaluations
    .filter(({ step }) => step > 0)
    .map(({ step, sets }) => ({ step, score: goodness(sets, metric) }));
  scored.sort((a, b) => b.score - a.score || a.step - b.step);
  return scored.slice(0, count).map(({ step }) => step);
}

export interface Patience {
  readonly metric: string;
  /** Evaluations in a row without an improvement that end the run. */
  readonly patience: number;
  /** An improvement is more than this. */
  readonly minDelta: number;
}

/** Whether the last `patience` evaluations brought nothing; a function of them, so a resumed run stops where it would have. */
export function isOutOfPatience(
  evaluations: Evaluations,
  { metric, patience, minDelta }: Patience,
): boolean {
  let best = Number.NEGATIVE_INFINITY;
  let since = 0;
  for (const { sets } of evaluations) {
    const score = goodness(sets, metric);
    if (score > best + minDelta) {
      best = score;
      since = 0;
    } else since++;
  }
  return since >= patience;
}
