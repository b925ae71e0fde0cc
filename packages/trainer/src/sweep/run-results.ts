import { readFile } from "node:fs/promises";
import { join } from "node:path";
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
    ...flat("base", summary.base),
    ...flat("best", summary.best?.sets),
    ...flat("final", summary.final),
    ...flat("", { seconds: summary.seconds, loss: summary.loss, steps: summary.totalSteps }),
    ...(paces.length > 0 ? { pairsPerSecond: median(paces) } : {}),
    ...flat("", await readJson(join(dir, "cost.json"))),
  };
}

/** @returns the metrics at each strength, under `best.…` as the run's own are */
export async function strengthNumbers(dir: string): Promise<[strength: number, Numbers][]> {
  const results = (await readJson<StrengthResult[]>(join(dir, "strengths.json"))) ?? [];
  return results.map(({ strength, sets }) => [strength, flat("best", sets)]);
}

function flat(prefix: string, value: unknown): Record<string, number> {
  if (typeof value === "number") return Number.isFinite(value) ? { [prefix]: value } : {};
  if (typeof value !== "object" || value === null) return {};
  const parts = Object.entries(value).map(([key, inner]) =>
    flat(prefix === "" ? key : `${prefix}.${key}`, inner),
  );
  return Object.assign({}, ...parts) as Record<string, number>;
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
