import type { Reference, Series, Tone } from "@/components/chart/series";
import type { EvaluationRecord, SetRecord, StepRecord } from "@/lib/metrics";
import { orderSets, setLabel } from "@/lib/run";
import { type Point, smooth } from "@/lib/smooth";

const tones: readonly Tone[] = ["accent", "warm", "muted"];

/** A value of every step; where there are many, a smoothed line over the pale raw one. */
export function stepSeries(
  steps: readonly StepRecord[],
  { name, key, weight }: { name: string; key: "loss" | "learningRate"; weight: number },
): Series[] {
  const points = steps.flatMap((record): Point[] => {
    const y = record[key];
    return y !== undefined && Number.isFinite(y) ? [{ x: record.step, y }] : [];
  });
  if (weight === 0 || points.length < 8) return [{ name, tone: "accent", points }];
  return [
    { name: `${name}, raw`, tone: "accent", points, faint: true },
    { name, tone: "accent", points: smooth(points, weight) },
  ];
}

/** A value of every evaluation: one line a set, and the untuned base's as a dashed reference. */
export function evaluationSeries(
  evaluations: readonly EvaluationRecord[],
  read: (set: SetRecord) => number | undefined,
): { series: Series[]; references: Reference[] } {
  const names = orderSets(evaluations.flatMap(({ sets }) => Object.keys(sets)));
  const series: Series[] = [];
  const references: Reference[] = [];
  for (const [i, name] of names.entries()) {
    const tone = tones[i % tones.length] as Tone;
    const points = evaluations.flatMap(({ step, sets }): Point[] => {
      const y = sets[name] && read(sets[name]);
      return y !== undefined && Number.isFinite(y) ? [{ x: step, y }] : [];
    });
    if (points.length === 0) continue;
    series.push({ name: setLabel(name), tone, points, dots: points.length <= 40 });
    const base = points[0];
    if (base?.x === 0) references.push({ label: "base", value: base.y, tone });
  }
  return { series, references };
}
