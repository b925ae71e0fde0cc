import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Metrics } from "@/lib/metrics";
import type { RunOverview, RunStatus } from "@/lib/run";
import { type MetricsTail, tailMetrics } from "./metrics-tail";
import { readObject } from "./read-object";
import { runFacts, totalSteps } from "./run-facts";

const quietMs = 120_000;

/** A run directory that is read again and again. */
export interface RunReader {
  readonly metrics: Metrics;
  /** What is new since the last time; see MetricsTail. */
  read(): ReturnType<MetricsTail["read"]>;
  overview(): Promise<RunOverview>;
  facts(): Promise<[string, string][]>;
}

export function runReader(name: string, dir: string): RunReader {
  const tail = tailMetrics(join(dir, "metrics.jsonl"));
  const config = () => readObject(join(dir, "config.json"));
  return {
    get metrics() {
      return tail.metrics;
    },
    read: tail.read,
    async overview() {
      const { steps, evaluations } = tail.metrics;
      const summary = await readObject(join(dir, "summary.json"));
      // a run that has only begun has no log
      const changed =
        tail.changed ||
        (await stat(/* turbopackIgnore: true */ dir).then(
          ({ mtimeMs }) => mtimeMs,
          () => 0,
        ));
      const first = evaluations[0];
      return {
        name,
        changed,
        status: statusOf(summary, changed, steps.at(-1)?.step ?? 0),
        step: steps.at(-1)?.step ?? 0,
        steps: totalSteps(await config(), summary, steps),
        base: first?.step === 0 ? first.sets : null,
        latest: evaluations.at(-1)?.sets ?? null,
      };
    },
    facts: async () => runFacts(await config(), tail.metrics),
  };
}

/** The summary of an interrupted run stays when it is resumed, until the run ends again. */
function statusOf(
  summary: Record<string, unknown> | undefined,
  changed: number,
  step: number,
): RunStatus {
  const upToDate = summary !== undefined && Number(summary["step"] ?? step) >= step;
  if (upToDate) return summary["interrupted"] === true ? "stopped" : "finished";
  return Date.now() - changed < quietMs ? "running" : "stopped";
}
