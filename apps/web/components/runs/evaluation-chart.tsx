import { type ChartView, LineChart } from "@/components/chart/line-chart";
import { useWords } from "@/components/words";
import type { SetRecord } from "@/lib/metrics";
import type { Across } from "@/lib/plot-view";
import type { RunReply } from "@/lib/run";
import { evaluationSeries } from "./run-series";

interface EvaluationChartProps extends ChartView {
  readonly title: string;
  readonly note?: string | undefined;
  readonly runs: readonly RunReply[];
  readonly across: Across;
  readonly set: string | undefined;
  readonly read: (set: SetRecord) => number | undefined;
  readonly include?: readonly number[];
}

/** A number of every evaluation; the base's value is dashed. */
export function EvaluationChart({ runs, across, set, read, note, ...chart }: EvaluationChartProps) {
  const { words } = useWords();
  const lines = evaluationSeries(runs, { across, set, read, words });
  return <LineChart {...chart} {...(note === undefined ? {} : { note })} {...lines} />;
}
