import type { ChartView } from "@/components/chart/line-chart";
import { useWords } from "@/components/words";
import type { Across } from "@/lib/plot-view";
import type { RunReply } from "@/lib/run";
import { formatNumber } from "@/lib/scale";
import { uniformityFloor } from "@/lib/uniformity-floor";
import { fill } from "@/lib/words/words";
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
  const { words } = useWords();
  const { curves } = words;
  const dimension = dimensionOf(runs);
  const floor = dimension === undefined ? undefined : uniformityFloor(dimension);
  const note =
    floor === undefined
      ? "t = 2"
      : fill(curves.floorNote, { floor: formatNumber(floor), dimension: dimension ?? "" });
  const rankNote = dimension === undefined ? undefined : fill(curves.rankNote, { dimension });
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
          title={curves.alignment}
          note={curves.alignmentNote}
          read={({ alignment }) => alignment}
        />
        <EvaluationChart
          {...shared}
          title={curves.gap}
          note={curves.gapNote}
          read={({ modalityGap }) => modalityGap}
        />
        <EvaluationChart
          {...shared}
          title={curves.uniformityImage}
          note={note}
          read={({ uniformityImage }) => uniformityImage}
        />
        <EvaluationChart
          {...shared}
          title={curves.uniformityText}
          note={note}
          read={({ uniformityText }) => uniformityText}
        />
        {told && (
          <>
            <EvaluationChart
              {...shared}
              title={curves.cosineImage}
              note={curves.cosineNote}
              read={({ cosineImage }) => cosineImage}
            />
            <EvaluationChart
              {...shared}
              title={curves.cosineText}
              note={curves.cosineNote}
              read={({ cosineText }) => cosineText}
            />
            <EvaluationChart
              {...shared}
              title={curves.rankImage}
              note={rankNote}
              read={({ effectiveRankImage }) => effectiveRankImage}
            />
            <EvaluationChart
              {...shared}
              title={curves.rankText}
              note={rankNote}
              read={({ effectiveRankText }) => effectiveRankText}
            />
          </>
        )}
      </div>
      <div className="mt-4 grid gap-4 lg:grid-cols-2">
        <SpacePlane
          {...{ runs, set, floor, dimension }}
          title={curves.planeImage}
          tower="uniformityImage"
        />
        <SpacePlane
          {...{ runs, set, floor, dimension }}
          title={curves.planeText}
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
