import { open, readFile } from "node:fs/promises";
import { diskError, isMissing, writeFileAtomically } from "./disk.js";
import type { RetrievalMetrics } from "./evaluate.js";

export interface StepRecord {
  readonly type: "step";
  /** Steps done. */
  readonly step: number;
  /** Passes over the first training set. */
  readonly epoch: number;
  /** Since the run began, pauses between resumptions left out. */
  readonly seconds: number;
  readonly loss: number;
  readonly learningRate: number;
  /** Before clipping. */
  readonly gradNorm: number;
  /** Each term of a loss that has several, before its weight. */
  readonly terms?: Readonly<Record<string, number>>;
  readonly pairsPerSecond: number;
  /** From asking for the batch to having it: reading, decoding, drawing; other steps computed meanwhile. */
  readonly decodeSeconds: number;
  /** How long the engine had nothing to do because the batch was not there yet. */
  readonly waitSeconds: number;
  /** The engine's share of the step. */
  readonly computeSeconds: number;
}

export type SetName = "inDomain" | "outOfDomain";
export type SetMetrics = Partial<Record<SetName, RetrievalMetrics>>;

export interface EvaluationRecord {
  readonly type: "evaluation";
  /** 0 is the untuned base. */
  readonly step: number;
  readonly epoch: number;
  readonly seconds: number;
  readonly sets: SetMetrics;
}

export type MetricsRecord = StepRecord | EvaluationRecord;

/** `metrics.jsonl`: one record a line, only ever appended to. */
export interface MetricsLog {
  append(record: MetricsRecord): Promise<void>;
  /** Returns when all records are on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the log, dropping what a later checkpoint than `step` would have known, and half-written lines. */
export async function openMetricsLog(path: string, step: number): Promise<MetricsLog> {
  const kept = (await readMetrics(path)).filter((record) => record.step <= step);
  await writeFileAtomically(path, kept.map((record) => `${JSON.stringify(record)}\n`).join(""));
  const file = await open(path, "a");
  const guarded = async (work: () => Promise<unknown>): Promise<void> => {
    await work().catch((error: unknown) => {
      throw diskError(path, error);
    });
  };
  return {
    append: (record) => guarded(() => file.appendFile(`${JSON.stringify(record)}\n`)),
    sync: () => guarded(() => file.sync()),
    close: () => file.close(),
  };
}

/** The whole records of a log, none when there is no file. A kill may leave half a line at the end. */
export async function readMetrics(path: string): Promise<MetricsRecord[]> {
  const content = await readFile(path, "utf8").catch((error: unknown) => {
    if (isMissing(error)) return "";
    throw error;
  });
  return content.split("\n").flatMap((line) => {
    try {
      return line === "" ? [] : [JSON.parse(line) as MetricsRecord];
    } catch {
      return [];
    }
  });
}
