"use client";

import { useState } from "react";
import { type ChartView, LineChart } from "@/components/chart/line-chart";
import { stepsAxis, timeAxis } from "@/components/chart/x-axis";
import { Choice } from "@/components/choice";
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
    xAxis: view.across === "time" ? timeAxis : stepsAxis,
    zoom: view.zoom,
    onZoom: (zoom) => onView({ ...whole, ...(zoom ? { zoom } : {}) }),
    log: view.log,
  };
  const evaluated = { ...shared, runs, set, across: view.across };
  const steps = (name: string, key: StepKey, weight: number) =>
    stepSeries(runs, { name, key, weight, across: view.across });
  const note = view.smoothing > 0 ? "moving average over raw" : undefined;
  return (
    <>
      <ViewControls view={view} onChange={onView} />
      <div className="mt-8 mb-4 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h2 className="mr-auto font-semibold text-base">Retrieval</h2>
        {set !== undefined && sets.length > 1 && (
          <Choice
            label="Evaluation set"
            options={sets.map((name) => [name, setLabel(name)] as const)}
            value={set}
            onChange={setSet}
          />
        )}
        <Choice label="Recall at" options={recalls} value={recall} onChange={setRecall} />
      </div>
      <div className={row}>
        <EvaluationChart
          {...evaluated}
          title="Recall, text → image"
          include={zero}
          read={({ textToImage }) => textToImage?.[recall]}
        />
        <EvaluationChart
          {...evaluated}
          title="Recall, image → text"
          include={zero}
          read={({ imageToText }) => imageToText?.[recall]}
        />
      </div>
      <h2 className="mt-8 mb-4 font-semibold text-base">Optimisation</h2>
      <div className={`${row} min-[120rem]:grid-cols-3`}>
        <LineChart
          {...shared}
          title="Loss"
          {...(note === undefined ? {} : { note })}
          series={steps("loss", "loss", view.smoothing)}
        />
        <LineChart
          {...shared}
          title="Learning rate"
          series={steps("learning rate", "learningRate", 0)}
          include={zero}
        />
        <LineChart
          {...shared}
          title="Gradient norm"
          note="before clipping"
          series={steps("norm", "gradNorm", view.smoothing)}
          include={zero}
        />
        <LineChart
          {...shared}
          title="Speed"
          note="pairs/s"
          series={steps("pairs/s", "pairsPerSecond", view.smoothing)}
          include={zero}
        />
      </div>
      <h2 className="mt-8 mb-4 font-semibold text-base">Embedding space</h2>
      <SpaceCharts {...evaluated} />
    </>
  );
}

const row = "grid gap-4 lg:grid-cols-2";
const zero = [0];
