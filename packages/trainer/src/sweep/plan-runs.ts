import { createHash } from "node:crypto";
import { UserError } from "@cliptune/engine";
import type { SweepAxis, SweepConfig } from "./sweep-config.js";

export type Label = string | number | boolean;

/** One training run of a sweep. */
export interface PlannedRun {
  /** Also its directory's name: the labels of its cell and its seed. */
  readonly id: string;
  /** By axis, in the sweep's order. */
  readonly labels: Readonly<Record<string, Label>>;
  readonly seed: number;
  /** The base with this run's changes, as a person would have written it. */
  readonly config: Readonly<Record<string, unknown>>;
}

type Changes = Readonly<Record<string, unknown>>;

/**
 * Every combination of the axes' values with every seed, the last axis and the seeds varying fastest.
 *
 * @param base the configuration that is varied, unresolved
 */
export function planRuns(sweep: SweepConfig, base: Changes): PlannedRun[] {
  const names = sweep.axes.map((axis) => axis.name);
  if (new Set(names).size < names.length)
    throw new UserError(`Two axes have one name (${names.join(", ")}); give each its own.`);
  let cells: { labels: Record<string, Label>; changes: Changes }[] = [
    { labels: {}, changes: sweep.set },
  ];
  for (const axis of sweep.axes) {
    cells = cells.flatMap((cell) =>
      steps(axis).map(({ label, changes }) => ({
        labels: { ...cell.labels, [axis.name]: label },
        changes: { ...cell.changes, ...changes },
      })),
    );
  }
  return cells.flatMap(({ labels, changes }) =>
    sweep.seeds.map((seed) => ({
      id: runId(labels, seed),
      labels,
      seed,
      config: changed(base, { ...changes, seed }),
    })),
  );
}

function steps({ name, paths, values }: SweepAxis): { label: Label; changes: Changes }[] {
  return values.map((value) =>
    typeof value === "object"
      ? { label: value.label, changes: value.set }
      : {
          label: value,
          changes: Object.fromEntries((paths ?? [name]).map((path) => [path, value])),
        },
  );
}

/** `rank-16_targets-q_s0`; labels that lose letters on the way get a mark of their own. */
function runId(labels: Readonly<Record<string, Label>>, seed: number): string {
  const text = Object.entries(labels).map(([name, label]) => `${name}-${label}`);
  const safe = [...text, `s${seed}`].map((part) => part.replace(/[^\w.+-]+/g, "-"));
  const plain = safe.slice(0, -1).every((part, i) => part === text[i]);
  const mark = createHash("sha256").update(text.join("\n")).digest("hex").slice(0, 6);
  return [...safe, ...(plain ? [] : [mark])].join("_").slice(0, 120);
}

/**
 * A copy of `base` with each value put at its dotted path (`data.train.0.shots`); what stood there is replaced whole, and
 * null takes it away.
 */
export function changed(base: Changes, changes: Changes): Record<string, unknown> {
  let result: Record<string, unknown> = { ...base };
  for (const [path, value] of Object.entries(changes)) {
    result = put(result, path.split("."), { path, value }) as Record<string, unknown>;
  }
  return result;
}

interface Change {
  readonly path: string;
  readonly value: unknown;
}

function put(target: unknown, [key = "", ...rest]: readonly string[], change: Change): unknown {
  if (Array.isArray(target)) {
    const items = [...target];
    if (!Object.hasOwn(items, key)) {
      throw new UserError(
        `The path ${change.path} asks for item ${key} of a list of ${items.length}; the first is 0.`,
      );
    }
    items[Number(key)] = rest.length === 0 ? change.value : put(items[Number(key)], rest, change);
    return items;
  }
  const object = isObject(target) ? target : {};
  if (rest.length > 0) return { ...object, [key]: put(object[key], rest, change) };
  if (change.value !== null) return { ...object, [key]: change.value };
  const { [key]: _, ...others } = object;
  return others;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
