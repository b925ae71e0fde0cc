import { open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeDirectory } from "@cliptune/clip";
import { flatten } from "../flatten.js";
import type { MetricsRecord } from "../metrics-record.js";
import { maskedCrc32c } from "./crc32c.js";
import type { Logger } from "./logger.js";
import { double, float, int, message, text } from "./protobuf.js";

/** One file, written anew at every start: TensorBoard takes a name with "tfevents" in it. */
const fileName = "events.out.tfevents.0.cliptune";

/**
 * `tensorboard/`, for `tensorboard --logdir RUN` or a folder of runs: scalars named `train/loss`,
 * `inDomain/textToImage.r10`, …
 *
 * @see TensorFlow's core/util/event.proto, core/framework/summary.proto and lib/io/record_writer
 */
export async function openTensorBoard(
  runDir: string,
  records: readonly MetricsRecord[],
): Promise<Logger> {
  const dir = join(runDir, "tensorboard");
  await makeDirectory(dir);
  for (const name of await readdir(dir)) await rm(join(dir, name));
  const file = await open(join(dir, fileName), "w");
  const began = Date.now() / 1000 - (records.at(-1)?.seconds ?? 0);
  const version = [...double(1, began), ...text(3, "brain.Event:2")];
  await file.appendFile(
    Buffer.concat([tfRecord(version), ...records.map((each) => scalars(each, began))]),
  );
  return {
    append: (record) => file.appendFile(scalars(record, began)),
    sync: () => file.sync(),
    close: () => file.close(),
  };
}

/** Event { double wall_time = 1; int64 step = 2; Summary summary = 5 } */
function scalars(record: MetricsRecord, began: number): Buffer {
  const { type: _, step, seconds, ...rest } = record;
  const numbers =
    "sets" in rest
      ? Object.entries(rest.sets).flatMap(([set, metrics]) => tagged(set, metrics))
      : tagged("train", rest);
  // Summary { repeated Value value = 1 { string tag = 1; float simple_value = 2 } }
  const values = numbers.flatMap(([tag, value]) =>
    message(1, [...text(1, tag), ...float(2, value)]),
  );
  return tfRecord([...double(1, began + seconds), ...int(2, step), ...message(5, values)]);
}

const tagged = (prefix: string, value: unknown): [string, number][] =>
  Object.entries(flatten(value)).map(([name, number]) => [`${prefix}/${name}`, number]);

/** Length as uint64, its checksum, the bytes, their checksum; all little-endian. */
function tfRecord(content: readonly number[]): Buffer {
  const bytes = Buffer.from(content);
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(BigInt(bytes.length));
  head.writeUInt32LE(maskedCrc32c(head.subarray(0, 8)), 8);
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(maskedCrc32c(bytes));
  return Buffer.concat([head, bytes, tail]);
}
