"use client";

import { useWords } from "@/components/words";
import type { PlotView } from "@/lib/plot-view";
import type { RunReply } from "@/lib/run";
import { fill } from "@/lib/words/words";
import { RunCharts } from "./run-charts";
import { RunHead } from "./run-head";
import { RunKey } from "./run-key";
import { useLiveRuns } from "./use-live-runs";

interface RunViewProps {
  readonly first: readonly RunReply[];
  readonly firstView: PlotView;
}

/** One run with its facts, or several laid over each other, live while they train. */
export function RunView({ first, firstView }: RunViewProps) {
  const { words } = useWords();
  const { runs, lost } = useLiveRuns(first);
  const [only] = runs;
  return (
    <>
      {only && runs.length === 1 ? <RunHead run={only} /> : <RunKey runs={runs} />}
      {lost && (
        <p role="alert" className="mt-4 text-danger">
          {fill(words.runs.lost, { reason: words.failures.noAnswer, seconds: 2 })}
        </p>
      )}
      <RunCharts runs={runs} firstView={firstView} />
    </>
  );
}
