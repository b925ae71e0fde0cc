import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { readEnvironment } from "../environment.mjs";
import { Failure } from "./failure";

/** Directories by name; names of what lies in a sweep begin with the sweep's. */
export type Places = ReadonlyMap<string, string>;

/** What the directory of runs holds: runs, sweeps, and the runs in those. */
export async function findRunsAndSweeps(): Promise<{ runs: Places; sweeps: Places }> {
  const root = runsRoot();
  if (await isRun(root)) return { runs: new Map([[basename(root), root]]), sweeps: new Map() };
  const sweeps = (await isSweep(root))
    ? new Map([[basename(root), root]])
    : await placesIn(root, isSweep);
  const runs = new Map(sweeps.has(basename(root)) ? [] : await placesIn(root, isRun));
  for (const [sweep, dir] of sweeps) {
    const inside = await placesIn(join(dir, "runs"), isRun).catch(() => new Map<string, string>());
    for (const [run, place] of inside) runs.set(`${sweep}/${run}`, place);
  }
  return { runs, sweeps };
}

/** @throws Failure 404 for a name that is none of those there; names never become paths */
export async function findRun(name: string): Promise<string> {
  const dir = (await findRunsAndSweeps()).runs.get(name);
  if (dir === undefined) throw nothingNamed("run", name);
  return dir;
}

/** @throws Failure 404 likewise */
export async function findSweep(name: string): Promise<string> {
  const dir = (await findRunsAndSweeps()).sweeps.get(name);
  if (dir === undefined) throw nothingNamed("sweep", name);
  return dir;
}

function nothingNamed(kind: string, name: string): Failure {
  return new Failure(404, `There is no ${kind} ${JSON.stringify(name.slice(0, 80))}.`);
}

function runsRoot(): string {
  const { runs } = readEnvironment();
  if (runs !== undefined) return resolve(runs);
  throw new Failure(
    503,
    "No runs are set: start the page with `cliptune serve --runs DIR`, or set CLIPTUNE_RUNS.",
  );
}

async function placesIn(
  root: string,
  isWanted: (dir: string) => Promise<boolean>,
): Promise<Map<string, string>> {
  const entries: Dirent[] = await readdir(/* turbopackIgnore: true */ root, {
    withFileTypes: true,
  }).catch(() => {
    throw new Failure(503, `${root} cannot be read; it must be a directory of runs.`);
  });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const wanted = await Promise.all(names.map((name) => isWanted(join(root, name))));
  return new Map(names.filter((_, i) => wanted[i]).map((name) => [name, join(root, name)]));
}

async function isRun(dir: string): Promise<boolean> {
  if (await isFile(dir, "metrics.jsonl")) return true;
  // A run that has only begun; a model directory has a config.json too.
  return (await isFile(dir, "config.json")) && !(await isFile(dir, "preprocessor_config.json"));
}

async function isSweep(dir: string): Promise<boolean> {
  return (await isFile(dir, "table.json")) && (await isFile(dir, "sweep.json"));
}

function isFile(dir: string, name: string): Promise<boolean> {
  const path = join(/* turbopackIgnore: true */ dir, name);
  return stat(/* turbopackIgnore: true */ path).then(
    (entry) => entry.isFile(),
    () => false,
  );
}
