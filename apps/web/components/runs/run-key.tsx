import Link from "next/link";
import { Dash } from "@/components/chart/legend";
import { lineLook } from "@/components/chart/series";
import { useWords } from "@/components/words";
import { type RunReply, runPath } from "@/lib/run";
import { counted, type Words } from "@/lib/words/words";
import { RunProgress } from "./run-progress";
import { RunStatusBadge } from "./run-status-badge";

/** Which line is which of several runs, with the facts in which they differ. */
export function RunKey({ runs }: { runs: readonly RunReply[] }) {
  const { words, language } = useWords();
  const differing = factNames(runs).filter(
    (name) => new Set(runs.map((run) => factOf(run, name))).size > 1,
  );
  return (
    <>
      <h1 className="font-semibold text-2xl tracking-tight">
        {counted(words.runs.count, runs.length, language)}
      </h1>
      <ul className="mt-4 grid gap-2">
        {runs.map((run, i) => (
          <li key={run.name} className="relative flex flex-wrap items-center gap-x-4 gap-y-1 pl-8">
            <span className="absolute top-0 left-0 flex h-lh items-center">
              <Dash {...lineLook(i)} />
            </span>
            <Link
              href={runPath(run.name)}
              prefetch={false}
              className="min-w-0 break-words font-medium hover:underline"
            >
              {run.name}
            </Link>
            {run.status === "running" && <RunStatusBadge status={run.status} />}
            <RunProgress step={run.step} steps={run.steps} />
            <span className="text-muted">
              {differing
                .map(
                  (name) =>
                    `${words.runs.facts[name as keyof Words["runs"]["facts"]] ?? name} ${factOf(run, name) ?? "–"}`,
                )
                .join(" · ")}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function factNames(runs: readonly RunReply[]): string[] {
  return [...new Set(runs.flatMap(({ facts }) => facts.map(([name]) => name)))];
}

function factOf({ facts }: RunReply, name: string): string | undefined {
  return facts.find(([key]) => key === name)?.[1];
}
