import { lineLook, type Series } from "@/components/chart/series";
import type { SetRecord } from "@/lib/metrics";
import { type RunReply, setLabel } from "@/lib/run";
import type { Words } from "@/lib/words/words";
import { setsOf } from "./run-series";

export type Tower = "uniformityImage" | "uniformityText";

/** A checkpoint in the plane. */
export interface PlanePoint {
  readonly step: number;
  readonly uniformity: number;
  readonly alignment: number;
}

export interface PlanePath extends Pick<Series, "tone" | "dotted"> {
  readonly name: string;
  /** By step; where the first is of step 0, it is the untuned base. */
  readonly points: readonly PlanePoint[];
}

/** The way of each run (and, of a single run, of each set) through the plane of alignment and uniformity. */
export function planePaths(
  runs: readonly RunReply[],
  { set, tower, words }: { set: string | undefined; tower: Tower; words: Words },
): PlanePath[] {
  const lines = runs.flatMap((run) =>
    (set === undefined ? setsOf([run]) : [set]).map((name) => ({ run, name })),
  );
  return lines.flatMap(({ run, name }, i) => {
    const points = run.evaluations.flatMap(({ step, sets }) => toPoint(step, sets[name], tower));
    if (points.length === 0) return [];
    return [{ name: set === undefined ? setLabel(name, words) : run.name, ...lineLook(i), points }];
  });
}

function toPoint(step: number, set: SetRecord | undefined, tower: Tower): PlanePoint[] {
  const [uniformity, alignment] = [set?.[tower], set?.alignment];
  if (uniformity === undefined || alignment === undefined) return [];
  return Number.isFinite(uniformity + alignment) ? [{ step, uniformity, alignment }] : [];
}
