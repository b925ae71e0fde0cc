import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { makeDirectory, replaceFile } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import {
  type PlannedRun,
  parseSweepConfig,
  parseTrainConfig,
  planRuns,
  type RunResult,
  runNumbers,
  type SweepConfig,
  strengthNumbers,
  sweepTable,
  type TrainConfig,
  tableMarkdown,
  unknownColumns,
  writeSweep,
} from "@cliptune/trainer";
import type { Answer } from "../command.js";
import { interruptible } from "../interrupt.js";
import { placeConfig, readYaml } from "../load-config.js";
import { createProgress } from "../progress.js";
import { type ChildFlags, finishRun } from "../sweep/finish-run.js";

export interface SweepOptions extends ChildFlags {
  readonly file: string;
  readonly outDir: string;
  readonly dryRun: boolean;
}

interface Job {
  readonly run: PlannedRun;
  readonly config: TrainConfig;
  readonly dir: string;
}

/**
 * Trains every run of a sweep that has not ended yet, one after another in child processes; then
 * writes the table and the plots of all. A run that fails is named and the others go on.
 */
export async function runSweep(options: SweepOptions): Promise<Answer> {
  const file = resolve(options.file);
  const sweep = parseSweepConfig(await readYaml(file), file);
  const outDir = resolve(options.outDir);
  const jobs = await planJobs(sweep, { file, outDir, dataDir: options.dataDir });
  if (options.dryRun) {
    const runs = jobs.map(({ run: { id, labels, seed } }) => ({ id, labels, seed }));
    return { json: { runs }, text: runs.map(({ id }) => id).join("\n") };
  }
  for (const job of jobs) await keepConfig(job, outDir);
  const { failed, interrupted } = await trainAll(jobs, { outDir, sweep, options });
  const table = sweepTable(sweep, await resultsOf(jobs));
  if (interrupted) {
    return {
      json: { outDir, runs: jobs.length, interrupted, failed, table },
      text: `Stopped. Go on with: cliptune sweep ${options.file} --out ${options.outDir}`,
      exitCode: 130,
    };
  }
  return {
    json: { outDir, runs: jobs.length, failed, table },
    text: [
      tableMarkdown(table),
      ...unknownColumns(sweep, table).map((name) => `No run has a number ${name}: mistyped?`),
      `${outDir}/table.md, .csv, .json${sweep.plots.length > 0 ? " and plots/" : ""}`,
    ].join("\n"),
    exitCode: failed.length > 0 ? 1 : 0,
  };
}

interface Places {
  readonly file: string;
  readonly outDir: string;
  readonly dataDir: string;
}

/** Every configuration is checked before the first run begins. */
async function planJobs(sweep: SweepConfig, { file, outDir, dataDir }: Places): Promise<Job[]> {
  const inline = typeof sweep.base !== "string";
  const where = inline ? file : resolve(dirname(file), sweep.base as string);
  const base = inline ? sweep.base : await readYaml(where);
  if (typeof base !== "object" || base === null) {
    throw new UserError(`${where} holds no configuration; it must be a YAML mapping.`);
  }
  const jobs: Job[] = [];
  for (const run of planRuns(sweep, base as Record<string, unknown>)) {
    const config = await placeConfig(run.config, { where, dataDir, as: `The run ${run.id}` });
    jobs.push({ run, config, dir: join(outDir, "runs", run.id) });
  }
  return jobs;
}

/** Writes a run's configuration where its process reads it. @throws UserError when another was there */
async function keepConfig({ run, config }: Job, outDir: string): Promise<void> {
  const path = configPath(outDir, run);
  const text = `${JSON.stringify(config, null, 2)}\n`;
  const before = await readFile(path, "utf8").catch(() => undefined);
  if (before !== undefined && isSame(before, config, path)) return;
  if (before !== undefined) {
    throw new UserError(
      `${path} differs from what the sweep file says now; give another --out, or remove that file and runs/${run.id} to train it anew.`,
    );
  }
  await makeDirectory(dirname(path));
  await replaceFile(path, (file) => file.writeFile(text));
}

/** Settings that are newer than what was written had their defaults then. */
function isSame(before: string, config: TrainConfig, path: string): boolean {
  try {
    const known = parseTrainConfig(JSON.parse(before), path);
    return isDeepStrictEqual(JSON.parse(JSON.stringify(known)), JSON.parse(JSON.stringify(config)));
  } catch {
    return false; // of another version, or cut short
  }
}

const configPath = (outDir: string, { id }: PlannedRun): string =>
  join(outDir, "configs", `${id}.json`);

interface Work {
  readonly outDir: string;
  readonly sweep: SweepConfig;
  readonly options: SweepOptions;
}

interface Trained {
  /** The runs that failed, by their names. */
  readonly failed: readonly string[];
  readonly interrupted: boolean;
}

async function trainAll(jobs: readonly Job[], { outDir, sweep, options }: Work): Promise<Trained> {
  const failed: string[] = [];
  const progress = createProgress({ label: "sweep" });
  const notice =
    "Saving the run … (start the same command again to go on; Ctrl-C again ends at once)";
  return interruptible(notice, async (signal) => {
    for (const [i, { run, dir }] of jobs.entries()) {
      const onNote = (note: string) => progress.update(i, jobs.length, `${run.id} · ${note}`);
      const config = configPath(outDir, run);
      const strengths = sweep.strengths ?? [];
      const fault = await finishRun({ config, dir, strengths }, { flags: options, signal, onNote });
      if (signal.aborted) return { failed, interrupted: true };
      if (fault !== undefined) failed.push(run.id);
      progress.line(`${i + 1}/${jobs.length} ${run.id}: ${fault ?? "done"}`);
      await writeSweep(outDir, sweep, sweepTable(sweep, await resultsOf(jobs)));
    }
    return { failed, interrupted: false };
  }).finally(() => progress.stop());
}

function resultsOf(jobs: readonly Job[]): Promise<RunResult[]> {
  return Promise.all(
    jobs.map(async ({ run, dir }) => ({
      run,
      numbers: await runNumbers(dir),
      strengths: await strengthNumbers(dir),
    })),
  );
}
