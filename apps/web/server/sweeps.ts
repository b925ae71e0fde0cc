import { join } from "node:path";
import type { Column, SweepOverview, SweepPlot, SweepReply } from "@/lib/sweep";
import { readObject } from "./read-object";
import { findRunsAndSweeps, findSweep } from "./runs-root";

export async function listSweeps(): Promise<SweepOverview[]> {
  const { runs, sweeps } = await findRunsAndSweeps();
  return Promise.all(
    [...sweeps].map(async ([name, dir]) => {
      const table = await readObject(join(dir, "table.json"));
      return { name, title: String(table?.["title"] ?? name), runs: runsOf(name, runs.keys()) };
    }),
  );
}

/** @throws Failure 404 for a name that is none of those listed */
export async function readSweepByName(name: string): Promise<SweepReply> {
  const dir = await findSweep(name);
  const [table, sweep, { runs }] = await Promise.all([
    readObject(join(dir, "table.json")),
    readObject(join(dir, "sweep.json")),
    findRunsAndSweeps(),
  ]);
  return {
    name,
    title: String(table?.["title"] ?? name),
    runs: runsOf(name, runs.keys()),
    columns: listIn<Column>(table, "columns"),
    rows: listIn<SweepReply["rows"][number]>(table, "rows"),
    plots: listIn<SweepPlot>(sweep, "plots"),
  };
}

function runsOf(sweep: string, names: Iterable<string>): string[] {
  return [...names].filter((name) => name.startsWith(`${sweep}/`));
}

/** What the trainer wrote, or nothing from a file that is somebody else's. */
function listIn<T>(object: Record<string, unknown> | undefined, key: string): readonly T[] {
  const value = object?.[key];
  return Array.isArray(value) ? (value as T[]) : [];
}
