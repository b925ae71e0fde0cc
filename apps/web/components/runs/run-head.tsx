import { useWords } from "@/components/words";
import { type RunReply, runPath } from "@/lib/run";
import type { Words } from "@/lib/words/words";
import { RunProgress } from "./run-progress";
import { RunStatusBadge } from "./run-status-badge";

/** Name, state and facts of one run. */
export function RunHead({ run }: { run: RunReply }) {
  const { words } = useWords();
  const factName = (name: string) => words.runs.facts[name as keyof Words["runs"]["facts"]] ?? name;
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
            <dt className="text-muted">{factName(name)}</dt>
            <dd className="tabular-nums">{value}</dd>
          </div>
        ))}
        <div>
          <dt className="sr-only">{words.runs.records}</dt>
          <dd>
            <a href={`/api${runPath(run.name)}/csv`} download className="text-accent underline">
              metrics.csv
            </a>
          </dd>
        </div>
      </dl>
    </>
  );
}
