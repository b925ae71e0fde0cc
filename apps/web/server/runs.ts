import { thinSteps } from "@/lib/metrics";
import { mostPoints, type RunOverview, type RunReply } from "@/lib/run";
import { type RunReader, runReader } from "./run-reader";
import { findRun, findRunsAndSweeps } from "./runs-root";

/** All runs under CLIPTUNE_RUNS, the newest first. */
export async function listRuns(): Promise<RunOverview[]> {
  const { runs } = await findRunsAndSweeps();
  const overviews = await Promise.all(
    [...runs].map(async ([name, dir]) => {
      const reader = runReader(name, dir);
      await reader.read();
      return reader.overview();
    }),
  );
  return overviews.sort((a, b) => b.changed - a.changed);
}

/** @throws Failure 404 for a name that is none of those listed; names never become paths */
export async function readRunByName(name: string): Promise<RunReply> {
  const reader = await openRun(name);
  return wholeRun(reader);
}

/** A run that was read once, to be read on. */
export async function openRun(name: string): Promise<RunReader> {
  const reader = runReader(name, await findRun(name));
  await reader.read();
  return reader;
}

/** All that is known of a run, its steps thinned for drawing. */
export async function wholeRun(reader: RunReader): Promise<RunReply> {
  const { steps, evaluations } = reader.metrics;
  return {
    ...(await reader.overview()),
    stepRecords: thinSteps(steps, mostPoints),
    evaluations,
    facts: await reader.facts(),
  };
}
