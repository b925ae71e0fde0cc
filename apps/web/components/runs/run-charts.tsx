"use client";

import { useState } from "react";
import { LineChart } from "@/components/chart/line-chart";
import type { RunReply } from "@/lib/run";
import { formatNumber } from "@/lib/scale";
import { uniformityFloor } from "@/lib/uniformity-floor";
import { type Cursor, EvaluationChart } from "./evaluation-chart";
import { type RecallKey, RecallPicker } from "./recall-picker";
import { stepSeries } from "./run-series";

const lossSmoothing = 0.9;
const floorNote = `floor ${formatNumber(uniformityFloor(512))} (t = 2, D = 512)`;

export function RunCharts({ run }: { run: RunReply }) {
  const [cursor, onCursor] = useState<number>();
  const [recall, setRecall] = useState<RecallKey>("r10");
  const { evaluations, stepRecords: steps } = run;
  const shared = { cursor, onCursor };
  const evaluated = { ...shared, evaluations };
  const loss = stepSeries(steps, { name: "loss", key: "loss", weight: lossSmoothing });
  const rate = stepSeries(steps, { name: "learning rate", key: "learningRate", weight: 0 });
  return (
    <>
      <div className="mt-8 mb-4 flex items-center justify-between gap-4">
        <h2 className="font-semibold text-base">Retrieval</h2>
        <RecallPicker value={recall} onChange={setRecall} />
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
      <div className={row}>
        <LineChart {...shared} title="Loss" note="moving average over raw" series={loss} />
        <LineChart {...shared} title="Learning rate" series={rate} include={zero} />
      </div>
      <h2 className="mt-8 mb-4 font-semibold text-base">Embedding space</h2>
      <div className={`${row} min-[120rem]:grid-cols-4`}>
        <SpaceCharts {...evaluated} />
      </div>
    </>
  );
}

type SpaceChartsProps = Cursor & Pick<RunReply, "evaluations">;

function SpaceCharts(shared: SpaceChartsProps) {
  return (
    <>
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
        note={floorNote}
        read={({ uniformityImage }) => uniformityImage}
      />
      <EvaluationChart
        {...shared}
        title="Uniformity, texts"
        note={floorNote}
        read={({ uniformityText }) => uniformityText}
      />
    </>
  );
}

const row = "grid gap-4 lg:grid-cols-2";
const zero = [0];
