import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { flatten } from "../flatten.js";
import type { MetricsRecord } from "../metrics-record.js";
import type { Logger } from "./logger.js";

const files = { step: "steps.csv", evaluation: "evaluations.csv" } as const;

/** `steps.csv` and `evaluations.csv`: a column a number, named by its path; the first record says which. */
export async function openCsv(dir: string, records: readonly MetricsRecord[]): Promise<Logger> {
  const step = await openTable(join(dir, files.step));
  const evaluation = await openTable(join(dir, files.evaluation));
  const tables = { step, evaluation };
  for (const record of records) await tables[record.type].append(record);
  return {
    append: (record) => tables[record.type].append(record),
    async sync() {
      await step.file.sync();
      await evaluation.file.sync();
    },
    async close() {
      await step.file.close();
      await evaluation.file.close();
    },
  };
}

async function openTable(path: string) {
  const file: FileHandle = await open(path, "w");
  let columns: string[] | undefined;
  return {
    file,
    async append(record: MetricsRecord): Promise<void> {
      const { sets, ...numbers } = { sets: undefined, ...record };
      const row = flatten({ ...numbers, ...sets });
      const first = columns === undefined;
      columns ??= Object.keys(row);
      const cells = columns.map((name) => row[name] ?? "");
      const lines = first ? [columns, cells] : [cells];
      await file.appendFile(lines.map((line) => `${line.join(",")}\r\n`).join(""));
    },
  };
}
