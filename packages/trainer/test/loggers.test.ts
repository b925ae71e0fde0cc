import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { createEngine } from "@cliptune/engine";
import { readMetrics, train } from "@cliptune/trainer";
import { afterAll, expect, test } from "vitest";
import { crc32c, maskedCrc32c } from "../dist/loggers/crc32c.js";
import { tinyWorld } from "./tiny-world.js";

const world = await tinyWorld();
const engine = await createEngine("auto");
afterAll(() => rm(world.dir, { recursive: true }));

test("crc32c has the values of RFC 3720", () => {
  expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
});

interface Field {
  readonly field: number;
  readonly value: number | Buffer;
}

/** The fields of a protobuf message; eight bytes are a double, four a float. */
function fields(message: Buffer): Field[] {
  const found: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let [value, scale] = [0, 1];
    for (; message[at]! > 127; scale *= 128) value += (message[at++]! - 128) * scale;
    return value + message[at++]! * scale;
  };
  const take = (length: number): Buffer => {
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const key = varint();
    const [field, wire] = [key >> 3, key & 7];
    if (wire === 0) found.push({ field, value: varint() });
    if (wire === 1) found.push({ field, value: take(8).readDoubleLE() });
    if (wire === 5) found.push({ field, value: take(4).readFloatLE() });
    if (wire === 2) found.push({ field, value: take(varint()) });
  }
  return found;
}

/** TFRecords, checksums checked. TensorBoard's own reader agrees: test/python/tensorboard_reads.py. */
function records(file: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    expect(file.readUInt32LE(at + 8)).toBe(maskedCrc32c(file.subarray(at, at + 8)));
    const content = file.subarray(at + 12, at + 12 + length);
    expect(file.readUInt32LE(at + 12 + length)).toBe(maskedCrc32c(content));
    found.push(content);
    at += 16 + length;
  }
  return found;
}

const one = (all: readonly Field[], field: number) =>
  all.find((each) => each.field === field)?.value;

test("CSV and TensorBoard files say what metrics.jsonl says, once, after a resumption too", async () => {
  const outDir = join(world.dir, "run");
  const config = world.config({ steps: 4, loggers: ["csv", "tensorboard"] });
  const stop = new AbortController();
  const onEvent = () => stop.abort(); // at the start
  await train(config, { outDir, engine, model: world.model, signal: stop.signal, onEvent });
  await train(config, { outDir, engine, model: world.model, resume: true });
  const all = await readMetrics(join(outDir, "metrics.jsonl"));
  const losses = all.flatMap((each) => (each.type === "step" ? [each.loss] : []));
  const table = async (name: string) => {
    const text = await readFile(join(outDir, name), "utf8");
    const [header, ...rows] = text
      .trimEnd()
      .split("\r\n")
      .map((line) => line.split(","));
    return rows.map((row) => Object.fromEntries(row.map((cell, i) => [header![i], Number(cell)])));
  };
  expect((await table("steps.csv")).map((row) => row["loss"])).toEqual(losses);
  const evaluations = all.flatMap((each) => (each.type === "evaluation" ? [each] : []));
  expect(await table("evaluations.csv")).toMatchObject(
    evaluations.map(({ step, sets }) => ({
      step,
      "inDomain.textToImage.r10": sets.inDomain!.textToImage.r10,
    })),
  );
  const [file, ...others] = await readdir(join(outDir, "tensorboard"));
  expect(others).toEqual([]);
  expect(file).toContain("tfevents");
  const events = records(await readFile(join(outDir, "tensorboard", file!))).map(fields);
  expect(String(one(events[0]!, 3))).toBe("brain.Event:2");
  const scalars = events.slice(1).flatMap((event) => {
    const values = fields(one(event, 5) as Buffer);
    return values.map(({ value }) => {
      const parts = fields(value as Buffer);
      return { step: one(event, 2), tag: String(one(parts, 1)), value: one(parts, 2) as number };
    });
  });
  const drawn = scalars.filter(({ tag }) => tag === "train/loss");
  expect(drawn.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  for (const [i, { value }] of drawn.entries()) expect(value).toBeCloseTo(losses[i]!, 5);
  expect(scalars.filter(({ tag }) => tag === "inDomain/textToImage.r10")).toHaveLength(
    evaluations.length,
  );
  const times = events.map((event) => one(event, 1) as number);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});
