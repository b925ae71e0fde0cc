import { lineLook, type Reference, type Series } from "@/components/chart/series";
import type { EvaluationRecord, SetRecord, StepRecord } from "@/lib/metrics";
import type { Across } from "@/lib/plot-view";
import { orderSets, type RunReply, setLabel } from "@/lib/run";
import { type Point, smooth } from "@/lib/smooth";
import { fill, type Words } from "@/lib/words/words";

/** A number of every step, such as its loss. */
export type StepKey = "loss" | "learningRate" | "gradNorm" | "pairsPerSecond";

interface StepSeriesOptions {
  readonly name: string;
  readonly key: StepKey;
  readonly across: Across;
  /** Weight of the past in the moving average; 0 draws the values as they are. */
  readonly weight: number;
  readonly words: Words;
}

/** A value of every step, one line a run; where there are many, a smoothed line over the pale raw one. */
export function stepSeries(
  runs: readonly RunReply[],
  { name, key, across, weight, words }: StepSeriesOptions,
): Series[] {
  return runs.flatMap((run, i) => {
    const look = lineLook(i);
    const label = runs.length === 1 ? name : run.name;
    const points = pointsOf(run.stepRecords, across, (record) => record[key]);
    if (weight === 0 || points.length < 8) return [{ name: label, ...look, points }];
    const { tone } = look;
    return [
      { name: fill(words.curves.raw, { name: label }), tone, points, faint: true },
      { name: label, ...look, points: smooth(points, weight) },
    ];
  });
}

export interface Lines {
  readonly series: Series[];
  /** The untuned base's values. */
  readonly references: Reference[];
}

interface EvaluationSeriesOptions {
  readonly across: Across;
  /** The only set to draw, where several runs are. */
  readonly set?: string | undefined;
  readonly read: (set: SetRecord) => number | undefined;
  readonly words: Words;
}

/** A value of every evaluation: of one run a line for each set, of several runs a line for each run. */
export function evaluationSeries(
  runs: readonly RunReply[],
  { across, set, read, words }: EvaluationSeriesOptions,
): Lines {
  const series: Series[] = [];
  const references: Reference[] = [];
  const lines = runs.flatMap((run) =>
    (set === undefined ? setsOf([run]) : [set]).map((name) => ({ run, name })),
  );
  for (const [i, { run, name }] of lines.entries()) {
    const value = ({ sets }: EvaluationRecord) => sets[name] && read(sets[name]);
    const points = pointsOf(run.evaluations, across, value);
    if (points.length === 0) continue;
    const look = lineLook(i);
    const label = set === undefined ? setLabel(name, words) : run.name;
    series.push({ name: label, ...look, points, dots: points.length <= 40 });
    const first = run.evaluations[0];
    const base = first?.step === 0 ? value(first) : undefined;
    if (base === undefined || references.some((one) => one.value === base)) continue;
    references.push({ label: words.runs.base, value: base, tone: look.tone });
  }
  return { series, references };
}

/** The names of all evaluation sets of the runs, in-domain first. */
export function setsOf(runs: readonly RunReply[]): string[] {
  return orderSets(
    runs.flatMap(({ evaluations }) => evaluations.flatMap(({ sets }) => Object.keys(sets))),
  );
}

function pointsOf<T extends StepRecord | EvaluationRecord>(
  records: readonly T[],
  across: Across,
  read: (record: T) => number | undefined,
): Point[] {
  return records.flatMap((record): Point[] => {
    const x = across === "time" ? record.seconds : record.step;
    const y = read(record);
    return x === undefined || y === undefined || !Number.isFinite(y) ? [] : [{ x, y }];
  });
}
