import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { type Metrics, parseMetrics, thinSteps } from "@/lib/metrics";
import type { RunOverview, RunReply, RunStatus } from "@/lib/run";
import { readEnvironment } from "../environment.mjs";
import { Failure } from "./failure";
import { runFacts, totalSteps } from "./run-facts";

const quietMs = 120_000;
const mostPoints = 1200;

interface RunFiles {
  readonly metrics: Metrics;
  readonly config: Record<string, unknown> | undefined;
  readonly summary: Record<string, unknown> | undefined;
  readonly changed: number;
}

/** All runs under CLIPTUNE_RUNS, the newest first. */
export async function listRuns(): Promise<RunOverview[]> {
  const runs = await Promise.all(
    [...(await findRuns())].map(async ([name, dir]) => overview(name, await readRun(dir))),
  );
  return runs.sort((a, b) => b.changed - a.changed);
}

/** @throws Failure 404 for a name that is none of those listed; names never become paths */
export async function readRunByName(name: string): Promise<RunReply> {
  const dir = (await findRuns()).get(name);
  if (dir === undefined)
    throw new Failure(404, `There is no run ${JSON.stringify(name.slice(0, 80))}.`);
  const files = await readRun(dir);
  return {
    ...overview(name, files),
    stepRecords: thinSteps(files.metrics.steps, mostPoints),
    evaluations: files.metrics.evaluations,
    facts: runFacts(files.config, files.metrics),
  };
}

/** Directories by name: the one that is set, if it is a run, or else those runs that it holds. */
async function findRuns(): Promise<Map<string, string>> {
  const { runs } = readEnvironment();
  if (runs === undefined) {
    throw new Failure(
      503,
      "No runs are set: start the page with `cliptune serve --runs DIR`, or set CLIPTUNE_RUNS.",
    );
  }
  const root = resolve(runs);
  if (await isRun(root)) return new Map([[basename(root), root]]);
  const entries = await readdir(/* turbopackIgnore: true */ root, { withFileTypes: true }).catch(
    () => {
      throw new Failure(503, `${root} cannot be read; it must be a directory of runs.`);
    },
  );
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const found = await Promise.all(names.map((name) => isRun(join(root, name))));
  return new Map(names.filter((_, i) => found[i]).map((name) => [name, join(root, name)]));
}

async function isRun(dir: string): Promise<boolean> {
  for (const file of ["metrics.jsonl", "config.json"]) {
    const there = await stat(
      /* turbopackIgnore: true */ join(/* turbopackIgnore: true */ dir, file),
    )
      .then((entry) => entry.isFile())
      .catch(() => false);
    if (there) return file === "metrics.jsonl" || !(await isModel(dir));
  }
  return false;
}

/** A model directory has a `config.json` too. */
function isModel(dir: string): Promise<boolean> {
  return stat(/* turbopackIgnore: true */ join(dir, "preprocessor_config.json")).then(
    () => true,
    () => false,
  );
}

async function readRun(dir: string): Promise<RunFiles> {
  const path = join(dir, "metrics.jsonl");
  const [text, config, summary, changed] = await Promise.all([
    readFile(/* turbopackIgnore: true */ path, "utf8").catch(() => ""), // a run that has only begun
    readObject(join(dir, "config.json")),
    readObject(join(dir, "summary.json")),
    stat(/* turbopackIgnore: true */ path).catch(() => stat(/* turbopackIgnore: true */ dir)),
  ]);
  return { metrics: parseMetrics(text), config, summary, changed: changed.mtimeMs };
}

async function readObject(path: string): Promise<Record<string, unknown> | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(/* turbopackIgnore: true */ path, "utf8"));
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined; // not written yet
  }
}

function overview(name: string, { metrics, config, summary, changed }: RunFiles): RunOverview {
  const { steps, evaluations } = metrics;
  const first = evaluations[0];
  return {
    name,
    changed,
    status: statusOf(summary, changed, steps.at(-1)?.step ?? 0),
    step: steps.at(-1)?.step ?? 0,
    steps: totalSteps(config, summary, steps),
    base: first?.step === 0 ? first.sets : null,
    latest: evaluations.at(-1)?.sets ?? null,
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
