import type { EvaluationRecord, SetRecord, StepRecord } from "./metrics";

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

const labels: Readonly<Record<string, string>> = {
  inDomain: "in-domain",
  outOfDomain: "out-of-domain",
};

/** The name of an evaluation set as a person reads it. */
export function setLabel(name: string): string {
  return labels[name] ?? name;
}

/** In-domain first, then out-of-domain, then any other by name. */
export function orderSets(names: Iterable<string>): string[] {
  const known = Object.keys(labels);
  const rank = (name: string) => (known.indexOf(name) + known.length + 1) % (known.length + 1);
  const position = (name: string) => (known.includes(name) ? known.indexOf(name) : rank(name) + 9);
  return [...new Set(names)].sort((a, b) => position(a) - position(b) || a.localeCompare(b));
}
