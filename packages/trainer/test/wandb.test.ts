import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { createEngine } from "@cliptune/engine";
import { readMetrics, train } from "@cliptune/trainer";
import { expect, test, vi } from "vitest";
import { levelDbLog } from "../dist/loggers/leveldb-log.js";
import { tinyWorld } from "./tiny-world.js";

const world = await tinyWorld();
const engine = await createEngine("auto");
vi.setConfig({ testTimeout: 60_000 });

/** The records of LevelDB's log format, checksums checked. W&B's own reader agrees: test/python/wandb_reads.py. */
function records(file: Buffer, start: number): Buffer[] {
  const found: Buffer[] = [];
  let parts: Buffer[] = [];
  for (let at = start; at < file.length; ) {
    const room = 32_768 - (at % 32_768);
    if (room < 7) {
      expect([...file.subarray(at, at + room)]).toEqual(new Array(room).fill(0));
      at += room;
      continue;
    }
    const [sum, length, type] = [file.readUInt32LE(at), file.readUInt16LE(at + 4), file[at + 6]!];
    expect(length).toBeLessThanOrEqual(room - 7);
    expect(sum).toBe(crc32(file.subarray(at + 6, at + 7 + length)));
    expect(type === 1 || type === 2).toBe(parts.length === 0); // full or first, else middle or last
    parts.push(file.subarray(at + 7, at + 7 + length));
    if (type === 1 || type === 4) {
      found.push(Buffer.concat(parts));
      parts = [];
    }
    at += 7 + length;
  }
  expect(parts).toEqual([]);
  return found;
}

test("records of all sizes are cut at blocks and put together again", () => {
  const start = Buffer.from("7 bytes");
  const encode = levelDbLog(start);
  const sizes = [0, 1, 32_740, 0, 32_768, 100_000, 32_754, 5, 65_522, 3];
  const given = sizes.map((size, i) => Buffer.alloc(size, i + 1));
  const file = Buffer.concat([start, ...given.map(encode)]);
  const found = records(file, 7);
  expect(found.map((record, i) => record.equals(given[i]!))).toEqual(given.map(() => true));
});

type Message = [field: number, value: number | Buffer][];

/** The fields of a protobuf message that holds varints and bytes. */
function message(bytes: Buffer): Message {
  const found: Message = [];
  let at = 0;
  const varint = (): number => {
    let [value, scale] = [0, 1];
    for (; bytes[at]! > 127; scale *= 128) value += (bytes[at++]! - 128) * scale;
    return value + bytes[at++]! * scale;
  };
  while (at < bytes.length) {
    const key = varint();
    if ((key & 7) === 0) found.push([key >> 3, varint()]);
    else {
      const length = varint();
      at += length;
      found.push([key >> 3, bytes.subarray(at - length, at)]);
    }
  }
  return found;
}

const of = (all: Message, field: number) =>
  all.flatMap(([each, value]) => (each === field ? [value as Buffer] : []));

/** Keys (fields 1 or 2) and JSON values (16) of a history row, a summary or a configuration. */
const values = (bytes: Buffer, keyField: 1 | 2): Record<string, unknown> =>
  Object.fromEntries(
    of(message(bytes), 1).map((item) => {
      const parts = message(item);
      return [String(of(parts, keyField)[0]), JSON.parse(String(of(parts, 16)[0]))];
    }),
  );

async function read(outDir: string) {
  const [folder, ...others] = await readdir(join(outDir, "wandb"));
  expect(others).toEqual([]);
  const name = (await readdir(join(outDir, "wandb", folder!))).find((each) =>
    each.endsWith(".wandb"),
  );
  const file = await readFile(join(outDir, "wandb", folder!, name!));
  expect(file.subarray(0, 7)).toEqual(Buffer.from([...Buffer.from(":W&B"), 0xe1, 0xbe, 0]));
  const all = records(file, 7).map(message);
  expect(all.map((each) => each.find(([field]) => field === 1)?.[1])).toEqual(
    all.map((_, i) => i + 1),
  );
  const run = message(all.flatMap((each) => of(each, 17))[0]!);
  return {
    folder,
    id: String(of(run, 1)[0]),
    name: String(of(run, 8)[0]),
    config: values(of(run, 4)[0]!, 1),
    history: all.flatMap((each) => of(each, 2)).map((row) => values(row, 2)),
    summary: values(all.flatMap((each) => of(each, 3))[0]!, 2),
    exits: all.flatMap((each) => of(each, 18)).length,
  };
}

test("an offline run holds the configuration and every number once, and keeps its id when it goes on", async () => {
  const outDir = join(world.dir, "first");
  const config = world.config({ steps: 5, loggers: ["wandb"] });
  const stop = new AbortController();
  const onEvent = ({ type }: { type: string }) => type === "step" && stop.abort();
  await train(config, { outDir, engine, model: world.model, signal: stop.signal, onEvent });
  const before = await read(outDir);
  expect(before.history.map((row) => row["_step"])).toEqual([0, 1, 2]);
  expect(before.exits).toBe(0); // it is not over

  await train(config, { outDir, engine, model: world.model, resume: true });
  const after = await read(outDir);
  expect(after).toMatchObject({ folder: before.folder, id: before.id, name: "first", exits: 1 });
  expect(after.folder).toMatch(new RegExp(`^offline-run-\\d{8}_\\d{6}-${after.id}$`));
  expect(after.config).toEqual(JSON.parse(JSON.stringify(config)));
  expect(after.history.map((row) => row["_step"])).toEqual([0, 1, 2, 3, 4, 5]);
  const metrics = await readMetrics(join(outDir, "metrics.jsonl"));
  for (const record of metrics) {
    const row = after.history[record.step]!;
    if (record.type === "step") expect(row["train/loss"]).toBe(record.loss);
    else {
      const { r10 } = record.sets.inDomain!.textToImage;
      expect(row["inDomain/textToImage/r10"]).toBe(r10);
      expect(row["_runtime"]).toBe(record.seconds);
    }
  }
  expect(after.summary).toEqual({ ...after.history[4], ...after.history[5] });
});
