import type { ChartView } from "@/components/chart/line-chart";
import type { Across } from "@/lib/plot-view";
import type { RunReply } from "@/lib/run";
import { formatNumber } from "@/lib/scale";
import { uniformityFloor } from "@/lib/uniformity-floor";
import { EvaluationChart } from "./evaluation-chart";
import { SpacePlane } from "./space-plane";

interface SpaceChartsProps extends ChartView {
  readonly runs: readonly RunReply[];
  readonly across: Across;
  readonly set: string | undefined;
}

/** Alignment, uniformity and the gap over training, and alignment against uniformity. */
export function SpaceCharts(shared: SpaceChartsProps) {
  const { runs, set } = shared;
  const dimension = dimensionOf(runs);
  const floor = dimension === undefined ? undefined : uniformityFloor(dimension);
  const note =
    floor === undefined ? "t = 2" : `floor ${formatNumber(floor)} (t = 2, D = ${dimension})`;
  const rankNote = dimension === undefined ? undefined : `directions used, of ${dimension}`;
  const told = runs.some(({ evaluations }) =>
    evaluations.some(({ sets }) =>
      Object.values(sets).some(({ effectiveRankImage }) => effectiveRankImage !== undefined),
    ),
  );
  return (
    <>
      <div className="grid gap-4 lg:grid-cols-2 min-[120rem]:grid-cols-4">
        <EvaluationChart
          {...shared}
          title="Alignment"
          note="lower: pairs lie closer"
          read={({ alignment }) => alignment}
        />
        <EvaluationChart
          {...shared}
          title="Modality gap"
          note="distance of the two means"
          read={({ modalityGap }) => modalityGap}
        />
        <EvaluationChart
          {...shared}
          title="Uniformity, images"
          note={note}
          read={({ uniformityImage }) => uniformityImage}
        />
        <EvaluationChart
          {...shared}
          title="Uniformity, texts"
          note={note}
          read={({ uniformityText }) => uniformityText}
        />
        {told && (
          <>
            <EvaluationChart
              {...shared}
              title="Mean cosine, images"
              note="1: all in one cone"
              read={({ cosineImage }) => cosineImage}
            />
            <EvaluationChart
              {...shared}
              title="Mean cosine, texts"
              note="1: all in one cone"
              read={({ cosineText }) => cosineText}
            />
            <EvaluationChart
              {...shared}
              title="Effective rank, images"
              note={rankNote}
              read={({ effectiveRankImage }) => effectiveRankImage}
            />
            <EvaluationChart
              {...shared}
              title="Effective rank, texts"
              note={rankNote}
              read={({ effectiveRankText }) => effectiveRankText}
            />
          </>
        )}
      </div>
      <div className="mt-4 grid gap-4 lg:grid-cols-2">
        <SpacePlane
          {...{ runs, set, floor, dimension }}
          title="Alignment against uniformity, images"
          tower="uniformityImage"
        />
        <SpacePlane
          {...{ runs, set, floor, dimension }}
          title="Alignment against uniformity, texts"
          tower="uniformityText"
        />
      </div>
    </>
  );
}

/** D, where the runs say it and agree. */
function dimensionOf(runs: readonly RunReply[]): number | undefined {
  const said = new Set(
    runs.flatMap(({ evaluations }) =>
      evaluations.flatMap(({ sets }) => Object.values(sets).map(({ dimension }) => dimension)),
    ),
  );
  const [dimension] = said;
  return said.size === 1 ? dimension : undefined;
}
