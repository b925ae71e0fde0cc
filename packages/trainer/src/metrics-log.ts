import { open } from "node:fs/promises";
import { join } from "node:path";
import type { TrainConfig } from "./config.js";
import { diskError, writeFileAtomically } from "./disk.js";
import { readJsonLines } from "./json-lines.js";
import type { Logger } from "./loggers/logger.js";
import { openLoggers } from "./loggers/open-loggers.js";
import type { EvaluationRecord, MetricsRecord } from "./metrics-record.js";

export type {
  EvaluationRecord,
  MetricsRecord,
  SetMetrics,
  SetName,
  StepRecord,
} from "./metrics-record.js";

/** `metrics.jsonl`, one record a line, and the same for whoever else logs. */
export interface MetricsLog {
  /** All so far, those of a resumed run too. */
  readonly evaluations: readonly EvaluationRecord[];
  append(record: MetricsRecord): Promise<void>;
  /** Returns when all records are on the disk. */
  sync(): Promise<void>;
  /** @param ended the run is over, and will not go on */
  close(ended: boolean): Promise<void>;
}

export interface OpenLogOptions {
  /** Later records are dropped, as a checkpoint of that step doesn't know them. */
  readonly step: number;
  readonly loggers?: TrainConfig["loggers"];
}

/** Opens the log of a run's directory; half-written lines and what is too late are dropped. */
export async function openMetricsLog(
  dir: string,
  { step, loggers = [] }: OpenLogOptions,
): Promise<MetricsLog> {
  const path = join(dir, "metrics.jsonl");
  const kept = (await readMetrics(path)).filter((record) => record.step <= step);
  await writeFileAtomically(path, kept.map((record) => `${JSON.stringify(record)}\n`).join(""));
  const evaluations = kept.filter((record) => record.type === "evaluation");
  const guarded = async <T>(work: () => Promise<T>): Promise<T> =>
    work().catch((error: unknown) => {
      throw diskError(dir, error);
    });
  const others = await guarded(() => openLoggers(loggers, dir, kept));
  const file = await open(path, "a");
  const all = (work: (logger: Logger) => Promise<void>) =>
    guarded(async () => {
      for (const logger of others) await work(logger);
    });
  return {
    evaluations,
    async append(record) {
      if (record.type === "evaluation") evaluations.push(record);
      await guarded(() => file.appendFile(`${JSON.stringify(record)}\n`));
      await all((logger) => logger.append(record));
    },
    async sync() {
      await guarded(() => file.sync());
      await all((logger) => logger.sync());
    },
    async close(ended) {
      await file.close();
      await all((logger) => logger.close(ended));
    },
  };
}

/** The whole records of a log, none when there is no file. A kill may leave half a line at the end. */
export const readMetrics = (path: string): Promise<MetricsRecord[]> => readJsonLines(path);
