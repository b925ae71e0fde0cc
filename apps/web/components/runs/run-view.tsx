"use client";

import type { RunReply } from "@/lib/run";
import { RunCharts } from "./run-charts";
import { RunProgress } from "./run-progress";
import { RunStatusBadge } from "./run-status-badge";
import { useLiveRun } from "./use-live-run";

export function RunView({ first }: { first: RunReply }) {
  const { run, failure } = useLiveRun(first);
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="min-w-0 break-words font-semibold text-2xl tracking-tight">{run.name}</h1>
        <RunStatusBadge status={run.status} />
        <RunProgress step={run.step} steps={run.steps} />
      </div>
      <dl className="mt-3 flex flex-wrap gap-x-6 gap-y-1">
        {run.facts.map(([name, value]) => (
          <div key={name} className="flex gap-1.5">
            <dt className="text-muted">{name}</dt>
            <dd className="tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      {failure !== undefined && (
        <p role="alert" className="mt-4 text-danger">
          {failure} Trying again every 2 s.
        </p>
      )}
      <RunCharts run={run} />
    </>
  );
}
