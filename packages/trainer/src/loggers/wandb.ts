import { randomBytes } from "node:crypto";
import { open, readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { makeDirectory } from "@cliptune/clip";
import { flatten } from "../flatten.js";
import type { MetricsRecord } from "../metrics-record.js";
import { levelDbLog } from "./leveldb-log.js";
import type { Logger } from "./logger.js";
import { int, message, text } from "./protobuf.js";

type Row = Readonly<Record<string, number>>;

/**
 * `wandb/offline-run-…/`, an offline run of Weights & Biases: `wandb sync` sends it, whenever and from wherever. The names
 * are those of TensorBoard with slashes throughout.
 *
 * @see docs/decisions, on why nothing is sent from here; W&B's wandb/proto/wandb_internal.proto
 */
export async function openWandb(
  runDir: string,
  records: readonly MetricsRecord[],
): Promise<Logger> {
  const began = Date.now() / 1000 - (records.at(-1)?.seconds ?? 0);
  const { dir, id } = await place(join(runDir, "wandb"), began);
  await makeDirectory(join(dir, "files")); // wandb sync looks for it
  const file = await open(join(dir, `run-${id}.wandb`), "w");
  const write = recordWriter((bytes) => file.appendFile(bytes));
  const config = JSON.parse(await readFile(join(runDir, "config.json"), "utf8"));
  await write.header();
  await write.record(field.run, run({ id, name: basename(runDir), config, began }));
  // A step and its evaluation are one row; a row that was written is not added to.
  let row: Record<string, number> = {};
  let last: Row = {};
  const flush = async (): Promise<void> => {
    if (Object.keys(row).length === 0) return;
    last = { ...last, ...row };
    const step = message(2, int(1, row["_step"]!));
    await write.record(field.history, [...items(row), ...step]);
    row = {};
  };
  const append = async (record: MetricsRecord): Promise<void> => {
    if (row["_step"] !== record.step) await flush();
    Object.assign(row, rowOf(record, began));
  };
  for (const record of records) await append(record);
  return {
    append,
    sync: () => file.sync(),
    async close(ended) {
      await flush();
      await write.record(field.summary, items(last));
      if (ended)
        await write.record(field.exit, [
          ...int(1, 0),
          ...int(2, Math.round(last["_runtime"] ?? 0)),
        ]);
      await file.close();
    },
  };
}

/** Numbers of Record's fields. */
const field = { history: 2, summary: 3, run: 17, exit: 18, header: 21 } as const;

/** The folder of the run: a resumed one keeps its id, so that W&B takes it for the same. */
async function place(parent: string, began: number): Promise<{ dir: string; id: string }> {
  const names = await readdir(parent).catch(() => []);
  const known = names.find((name) => /^offline-run-\d{8}_\d{6}-[a-z0-9]+$/.test(name));
  const id = known?.split("-").at(-1) ?? randomBytes(4).toString("hex");
  const time = new Date(began * 1000)
    .toISOString()
    .replace(/[-:]|\..*/g, "")
    .replace("T", "_");
  return { dir: join(parent, known ?? `offline-run-${time}-${id}`), id };
}

function rowOf(record: MetricsRecord, began: number): Row {
  const { type: _, step, seconds, ...rest } = record;
  const numbers = flatten("sets" in rest ? rest.sets : { train: rest });
  return {
    ...Object.fromEntries(
      Object.entries(numbers).map(([name, x]) => [name.replaceAll(".", "/"), x]),
    ),
    ...{ _step: step, _runtime: seconds, _timestamp: began + seconds },
  };
}

interface RunFacts {
  readonly id: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly began: number;
}

/** RunRecord { run_id = 1; project = 3; config = 4; display_name = 8; start_time = 17 } */
const run = ({ id, name, config, began }: RunFacts): number[] => [
  ...text(1, id),
  ...text(3, "cliptune"),
  // ConfigRecord { repeated ConfigItem update = 1 { key = 1; value_json = 16 } }
  ...message(
    4,
    Object.entries(config).flatMap(([key, value]) =>
      message(1, [...text(1, key), ...text(16, JSON.stringify(value))]),
    ),
  ),
  ...text(8, name),
  ...message(17, int(1, Math.floor(began))),
];

/** HistoryRecord and SummaryRecord { repeated item = 1 { nested_key = 2; value_json = 16 } } */
const items = (row: Row): number[] =>
  Object.entries(row).flatMap(([key, value]) =>
    message(1, [...text(2, key), ...text(16, JSON.stringify(value))]),
  );

/** ":W&B", the magic number 0xBEE1 and version 0; then records, numbered from 1. */
function recordWriter(write: (bytes: Buffer) => Promise<void>) {
  const start = Buffer.from([...Buffer.from(":W&B"), 0xe1, 0xbe, 0]);
  const encode = levelDbLog(start);
  let count = 0;
  const record = (kind: number, content: readonly number[]): Promise<void> => {
    count++;
    return write(encode(Buffer.from([...int(1, count), ...message(kind, content)])));
  };
  return {
    record,
    /** HeaderRecord { version_info = 1 { producer = 1; min_consumer = 2 } } */
    async header(): Promise<void> {
      await write(start);
      await record(field.header, message(1, [...text(1, "cliptune"), ...text(2, "0.12.0")]));
    },
  };
}
