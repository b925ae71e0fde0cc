import {
  continued,
  type EvaluationRecord,
  type SetRecord,
  type StepRecord,
  thinSteps,
} from "./metrics";
import type { Words } from "./words/words";

/** Running while its metrics grow; stopped when they do no more, though there is no summary. */
export type RunStatus = "running" | "finished" | "stopped";

export interface RunOverview {
  readonly name: string;
  readonly status: RunStatus;
  /** When the metrics were last written, milliseconds since 1970. */
  readonly changed: number;
  /** Steps done, and in all where known. */
  readonly step: number;
  readonly steps: number | null;
  readonly base: Readonly<Record<string, SetRecord>> | null;
  readonly latest: Readonly<Record<string, SetRecord>> | null;
}

export interface RunsReply {
  readonly runs: readonly RunOverview[];
}

export interface RunReply extends RunOverview {
  readonly stepRecords: readonly StepRecord[];
  readonly evaluations: readonly EvaluationRecord[];
  readonly facts: readonly (readonly [name: string, value: string])[];
}

const knownSets = ["inDomain", "outOfDomain"] as const;

/** The name of an evaluation set as a person reads it. */
export function setLabel(name: string, { runs }: Pick<Words, "runs">): string {
  const known = knownSets.find((one) => one === name);
  return known === undefined ? name : runs[known];
}

/** In-domain first, then out-of-domain, then any other by name. */
export function orderSets(names: Iterable<string>): string[] {
  const known: readonly string[] = knownSets;
  const rank = (name: string) => (known.indexOf(name) + known.length + 1) % (known.length + 1);
  const position = (name: string) => (known.includes(name) ? known.indexOf(name) : rank(name) + 9);
  return [...new Set(names)].sort((a, b) => position(a) - position(b) || a.localeCompare(b));
}

/** Steps of a run that are sent and drawn at most. */
export const mostPoints = 1200;

/** How many runs can be laid over each other. */
export const mostRuns = 12;

/** A message of the live stream: all of a run, what is new of it, or that no run trains any more. */
export type RunEvent =
  | { readonly kind: "run" | "more"; readonly run: RunReply }
  | { readonly kind: "end" };

/** The run with what is new of it, thinned again when it has grown to twice what is drawn. */
export function withMore(run: RunReply, more: RunReply): RunReply {
  const steps = continued(run.stepRecords, more.stepRecords);
  return {
    ...more,
    stepRecords: steps.length > 2 * mostPoints ? thinSteps(steps, mostPoints) : steps,
    evaluations: continued(run.evaluations, more.evaluations),
  };
}

export function runPath(name: string): string {
  return `/runs/${encodeURIComponent(name)}`;
}

/** The page that lays the runs' curves over each other. */
export function curvesPath(names: readonly string[]): string {
  return `/curves?${new URLSearchParams(names.map((name) => ["run", name]))}`;
}
