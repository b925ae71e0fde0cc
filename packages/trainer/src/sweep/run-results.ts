import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { flatten } from "../flatten.js";
import type { SetMetrics } from "../metrics-log.js";
import { readMetrics } from "../metrics-log.js";
import type { Summary } from "../summary.js";

/** What the best adapter of a run reaches at another strength: a line of `strengths.json`. */
export interface StrengthResult {
  readonly strength: number;
  readonly sets: SetMetrics;
}

/** The numbers of one run, or of one strength of its adapter, by column. */
export type Numbers = Readonly<Record<string, number>>;

/**
 * A finished run as numbers: `base.…`, `best.…`, `final.…` hold every metric of the summary by its path
 * (`best.inDomain.textToImage.r10`); beside them the time, the pace and the memory.
 *
 * @returns undefined while the run has not ended
 */
export async function runNumbers(dir: string): Promise<Numbers | undefined> {
  const summary = await readJson<Summary>(join(dir, "summary.json"));
  if (!summary || summary.interrupted) return undefined;
  const records = await readMetrics(join(dir, "metrics.jsonl"));
  const paces = records.flatMap((each) => (each.type === "step" ? [each.pairsPerSecond] : []));
  return {
    ...flatten(summary.base, "base"),
    ...flatten(summary.best?.sets, "best"),
    ...flatten(summary.final, "final"),
    ...flatten({ seconds: summary.seconds, loss: summary.loss, steps: summary.totalSteps }),
    ...(paces.length > 0 ? { pairsPerSecond: median(paces) } : {}),
    ...flatten(await readJson(join(dir, "cost.json"))),
  };
}

/** @returns the metrics at each strength, under `best.…` as the run's own are */
export async function strengthNumbers(dir: string): Promise<[strength: number, Numbers][]> {
  const results = (await readJson<StrengthResult[]>(join(dir, "strengths.json"))) ?? [];
  return results.map(({ strength, sets }) => [strength, flatten(sets, "best")]);
}

async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as T;
  } catch {
    return undefined; // not written yet
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
