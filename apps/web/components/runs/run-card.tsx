import Link from "next/link";
import { useWords } from "@/components/words";
import { orderSets, type RunOverview, runPath, setLabel } from "@/lib/run";
import { RunProgress } from "./run-progress";
import { RunStatusBadge } from "./run-status-badge";

interface RunCardProps {
  readonly run: RunOverview;
  /** Leaves room for a box to tick. */
  readonly tickable: boolean;
}

export function RunCard({ run, tickable }: RunCardProps) {
  return (
    <Link
      href={runPath(run.name)}
      prefetch={false}
      className="block h-full rounded-2xl border border-line bg-surface p-5 transition-shadow hover:shadow-[0_6px_20px_oklch(0_0_0/0.08)]"
    >
      <span className="flex items-center justify-between gap-4">
        <span
          title={run.name}
          className={`truncate font-semibold text-base ${tickable ? "pl-7" : ""}`}
        >
          {run.name}
        </span>
        <RunStatusBadge status={run.status} />
      </span>
      <span className="mt-2 block">
        <RunProgress step={run.step} steps={run.steps} />
      </span>
      <RecallRows run={run} />
    </Link>
  );
}

function RecallRows({ run }: { run: RunOverview }) {
  const { words } = useWords();
  const sets = orderSets(Object.keys(run.latest ?? {}));
  if (sets.length === 0) {
    return <span className="mt-4 block text-muted">{words.runs.notEvaluated}</span>;
  }
  return (
    <span className="mt-4 grid grid-cols-[1fr_auto_auto] gap-x-5 gap-y-1 tabular-nums">
      <span className="text-muted text-xs">{words.runs.recall}</span>
      <span className="text-right text-muted text-xs">{words.runs.base}</span>
      <span className="text-right text-muted text-xs">{words.runs.tuned}</span>
      {sets.map((set) => (
        <span key={set} className="contents">
          <span>{setLabel(set, words)}</span>
          <span className="text-right text-muted">
            {percent(run.base?.[set]?.textToImage?.r10)}
          </span>
          <span className="text-right font-medium">
            {percent(run.latest?.[set]?.textToImage?.r10)}
          </span>
        </span>
      ))}
    </span>
  );
}

function percent(share: number | undefined): string {
  return share === undefined ? "–" : `${(100 * share).toFixed(1)} %`;
}
