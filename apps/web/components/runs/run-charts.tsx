"use client";

import { useState } from "react";
import { type ChartView, LineChart } from "@/components/chart/line-chart";
import { stepsAxis, timeAxis } from "@/components/chart/x-axis";
import { Choice } from "@/components/choice";
import { useWords } from "@/components/words";
import type { Recall } from "@/lib/metrics";
import type { PlotView } from "@/lib/plot-view";
import { type RunReply, setLabel } from "@/lib/run";
import { EvaluationChart } from "./evaluation-chart";
import { type StepKey, setsOf, stepSeries } from "./run-series";
import { SpaceCharts } from "./space-charts";
import { usePlotView } from "./use-plot-view";
import { ViewControls } from "./view-controls";

type RecallKey = keyof Recall;

const recalls: readonly (readonly [RecallKey, string])[] = [
  ["r1", "R@1"],
  ["r5", "R@5"],
  ["r10", "R@10"],
];

interface RunChartsProps {
  readonly runs: readonly RunReply[];
  readonly firstView: PlotView;
}

/** The curves of one run, or of several laid over each other. */
export function RunCharts({ runs, firstView }: RunChartsProps) {
  const spoken = useWords();
  const { words } = spoken;
  const { curves } = words;
  const [view, onView] = usePlotView(firstView);
  const [cursor, onCursor] = useState<number>();
  const [recall, setRecall] = useState<RecallKey>("r10");
  const sets = setsOf(runs);
  const [chosen, setSet] = useState<string>();
  const set = runs.length > 1 ? (chosen ?? sets[0] ?? "inDomain") : undefined;
  const { zoom: _, ...whole } = view;
  const shared: ChartView = {
    cursor,
    onCursor,
    xAxis: (view.across === "time" ? timeAxis : stepsAxis)(spoken),
    zoom: view.zoom,
    onZoom: (zoom) => onView({ ...whole, ...(zoom ? { zoom } : {}) }),
    log: view.log,
  };
  const evaluated = { ...shared, runs, set, across: view.across };
  const steps = (name: string, key: StepKey, weight: number) =>
    stepSeries(runs, { name, key, weight, across: view.across, words });
  const note = view.smoothing > 0 ? curves.average : undefined;
  return (
    <>
      <ViewControls view={view} onChange={onView} />
      <div className="mt-8 mb-4 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h2 className="mr-auto font-semibold text-base">{curves.retrieval}</h2>
        {set !== undefined && sets.length > 1 && (
          <Choice
            label={curves.set}
            options={sets.map((name) => [name, setLabel(name, words)] as const)}
            value={set}
            onChange={setSet}
          />
        )}
        <Choice label={curves.recallAt} options={recalls} value={recall} onChange={setRecall} />
      </div>
      <div className={row}>
        <EvaluationChart
          {...evaluated}
          title={curves.textToImage}
          include={zero}
          read={({ textToImage }) => textToImage?.[recall]}
        />
        <EvaluationChart
          {...evaluated}
          title={curves.imageToText}
          include={zero}
          read={({ imageToText }) => imageToText?.[recall]}
        />
      </div>
      <h2 className="mt-8 mb-4 font-semibold text-base">{curves.optimisation}</h2>
      <div className={`${row} min-[120rem]:grid-cols-3`}>
        <LineChart
          {...shared}
          title={curves.loss}
          {...(note === undefined ? {} : { note })}
          series={steps(curves.loss.toLowerCase(), "loss", view.smoothing)}
        />
        <LineChart
          {...shared}
          title={curves.learningRate}
          series={steps(curves.learningRate.toLowerCase(), "learningRate", 0)}
          include={zero}
        />
        <LineChart
          {...shared}
          title={curves.gradNorm}
          note={curves.clipped}
          series={steps(curves.gradNorm.toLowerCase(), "gradNorm", view.smoothing)}
          include={zero}
        />
        <LineChart
          {...shared}
          title={curves.speed}
          note={curves.pairs}
          series={steps(curves.pairs, "pairsPerSecond", view.smoothing)}
          include={zero}
        />
      </div>
      <h2 className="mt-8 mb-4 font-semibold text-base">{curves.space}</h2>
      <SpaceCharts {...evaluated} />
    </>
  );
}

const row = "grid gap-4 lg:grid-cols-2";
const zero = [0];
