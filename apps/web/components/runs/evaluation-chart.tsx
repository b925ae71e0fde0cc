import { LineChart } from "@/components/chart/line-chart";
import type { EvaluationRecord, SetRecord } from "@/lib/metrics";
import { evaluationSeries } from "./run-series";

export interface Cursor {
  readonly cursor: number | undefined;
  readonly onCursor: (step: number | undefined) => void;
}

interface EvaluationChartProps extends Cursor {
  readonly title: string;
  readonly note?: string;
  readonly evaluations: readonly EvaluationRecord[];
  readonly read: (set: SetRecord) => number | undefined;
  readonly include?: readonly number[];
}

export function EvaluationChart({ evaluations, read, ...chart }: EvaluationChartProps) {
  return <LineChart {...chart} {...evaluationSeries(evaluations, read)} />;
}
