"use client";

import { useState } from "react";
import { LineChart } from "@/components/chart/line-chart";
import { lineLook, type Series } from "@/components/chart/series";
import { numberAxis } from "@/components/chart/x-axis";
import { type SweepPlot, type SweepReply, shownCell } from "@/lib/sweep";

/** The plots that the sweep's file asks for, of its rows so far. */
export function SweepPlots({ sweep }: { sweep: SweepReply }) {
  const [at, setAt] = useState<{ file: string; x: number | undefined }>();
  if (sweep.plots.length === 0) return null;
  return (
    <div className="mt-6 grid gap-4 lg:grid-cols-2">
      {sweep.plots.map((plot) => {
        const series = plotSeries(plot, sweep);
        const xs = series.flatMap(({ points }) => points.map(({ x }) => x));
        const marks = [...new Set(xs)].sort((a, b) => a - b);
        const name = labelOf(plot.x, sweep);
        return (
          <LineChart
            key={plot.file}
            title={plot.title}
            series={series}
            xAxis={numberAxis(name, { log: plot.logX === true, ...(plot.logX ? { marks } : {}) })}
            cursor={at?.file === plot.file ? at.x : undefined}
            onCursor={(x) => setAt({ file: plot.file, x })}
          />
        );
      })}
    </div>
  );
}

/** One line for each column and each value of `by`, its points from left to right. */
function plotSeries(plot: SweepPlot, sweep: SweepReply): Series[] {
  const { x, y, by } = plot;
  const groups =
    by === undefined ? [undefined] : [...new Set(sweep.rows.map((row) => row[by] ?? null))];
  const lines = y.flatMap((column) => groups.map((group) => ({ column, group })));
  return lines.map(({ column, group }, i) => {
    const rows = sweep.rows.filter((row) => by === undefined || (row[by] ?? null) === group);
    const points = rows.flatMap((row) => {
      const [a, b] = [row[x], row[column]];
      return typeof a === "number" && typeof b === "number" ? [{ x: a, y: b }] : [];
    });
    const words = y.length > 1 || by === undefined ? [labelOf(column, sweep)] : [];
    if (by !== undefined) words.push(`${labelOf(by, sweep)} ${shownCell(group)}`);
    return {
      name: words.join(", "),
      ...lineLook(i),
      points: points.sort((p, q) => p.x - q.x),
      dots: true,
    };
  });
}

function labelOf(name: string, { columns }: SweepReply): string {
  return columns.find((column) => column.name === name)?.label ?? name;
}
