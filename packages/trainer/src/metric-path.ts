import { UserError } from "@cliptune/engine";
import { flatten } from "./flatten.js";
import type { EvaluationRecord, SetMetrics, SetName } from "./metrics-record.js";

/** Last names of the metrics that are better the lower they are. */
const lowIsGood = new Set([
  "alignment",
  "uniformityImage",
  "uniformityText",
  "cosineImage",
  "cosineText",
  "modalityGap",
  "medianRank",
]);

const rankings = ["r1", "r5", "r10", "mrr", "ndcg10", "medianRank"];

/** The metrics of an evaluation set by which runs may be compared. */
const metrics = [
  ...["textToImage", "imageToText"].flatMap((way) => rankings.map((name) => `${way}.${name}`)),
  ...["zeroShot.top1", "zeroShot.top5", "zeroShot.meanPerClass"],
  ...["alignment", "uniformityImage", "uniformityText", "cosineImage", "cosineText"],
  ...["effectiveRankImage", "effectiveRankText", "modalityGap"],
];

/** What is wrong with the name of a metric, before there is an evaluation; undefined when nothing is. */
export function metricFault(
  path: string,
  sets: Readonly<Partial<Record<SetName, unknown>>>,
): string | undefined {
  const given = (["inDomain", "outOfDomain"] as const).filter((name) => sets[name]);
  const [set = ""] = path.split(".");
  const known = given.some((name) => name === set) && metrics.includes(path.slice(set.length + 1));
  if (known) return undefined;
  if (given.length === 0) return `names ${path}, but data.evaluate names no set`;
  return `must be ${given.join(" or ")} of data.evaluate, a dot and one of ${metrics.join(", ")}; got ${path}`;
}

/**
 * A metric by its path, such as `inDomain.textToImage.r10`, turned so that higher is better.
 *
 * @throws UserError naming the known metrics when there is none of that path
 */
export function goodness(sets: SetMetrics, path: string): number {
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
