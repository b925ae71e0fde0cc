"use client";

import Link from "next/link";
import { useState } from "react";
import { useWords } from "@/components/words";
import { curvesPath, mostRuns, type RunOverview } from "@/lib/run";
import { counted, fill } from "@/lib/words/words";
import { RunCard } from "./run-card";

/** All runs; those that are ticked can be laid over each other. */
export function RunList({ runs }: { runs: readonly RunOverview[] }) {
  const { words, language } = useWords();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const several = runs.length > 1;
  const choose = (name: string, wanted: boolean) =>
    setChosen(wanted ? [...chosen, name] : chosen.filter((one) => one !== name));
  return (
    <>
      {several && (
        <p className="mb-4 flex min-h-9 flex-wrap items-center gap-4" aria-live="polite">
          {chosen.length < 2 ? (
            <span className="text-muted">{words.runs.tick}</span>
          ) : (
            <Link
              href={curvesPath(chosen)}
              prefetch={false}
              className="rounded-lg bg-accent px-4 py-2 font-medium text-canvas"
            >
              {counted(words.runs.curvesOf, chosen.length, language)}
            </Link>
          )}
        </p>
      )}
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,24rem),1fr))] gap-4">
        {runs.map((run) => {
          const ticked = chosen.includes(run.name);
          return (
            <li key={run.name} className="relative">
              <RunCard run={run} tickable={several} />
              {several && (
                <input
                  type="checkbox"
                  aria-label={fill(words.runs.choose, { run: run.name })}
                  checked={ticked}
                  disabled={!ticked && chosen.length >= mostRuns}
                  onChange={(event) => choose(run.name, event.target.checked)}
                  className="absolute top-6 left-5 size-4 accent-accent"
                />
              )}
            </li>
          );
        })}
      </ul>
    </>
  );
}
