import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  contactSheet,
  inspect,
  openDataSet,
  type Pair,
  readImage,
  splitDataSet,
  writeImageFolder,
} from "@cliptune/datasets";
import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drawing } from "./drawings.js";
import { writeTar } from "./squares.js";

const base = mkdtempSync(join(tmpdir(), "cliptune-inspect-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const count = 40;
const dir = join(base, "set");

/** 40 different drawings, of which 5 come again: smaller, as JPEG, as WebP, toned; and one that is broken. */
beforeAll(async () => {
  mkdirSync(dir);
  const rows: object[] = [];
  const add = async (name: string, bytes: Uint8Array, title: string, channel: number) => {
    writeFileSync(join(dir, name), bytes);
    rows.push({
      file_name: name,
      title,
      channel: `channel ${channel}`,
      split: rows.length % 2 ? "a" : "b",
    });
  };
  for (let i = 0; i < count; i++) await add(`${i}.png`, await drawing(i), `picture ${i}`, i % 10);
  const again = async (i: number, change: (picture: Sharp) => Sharp, type: "jpeg" | "webp") =>
    add(
      `again-${i}.${type}`,
      await change(sharp(await drawing(i)))
        [type]({ quality: 60 })
        .toBuffer(),
      `again ${i}`,
      3,
    );
  await again(0, (picture) => picture.resize(120), "jpeg");
  await again(1, (picture) => picture, "jpeg");
  await again(2, (picture) => picture.resize(500), "webp");
  await again(3, (picture) => picture.modulate({ brightness: 1.03 }), "jpeg");
  await again(4, (picture) => picture.resize(80, 80, { fit: "fill" }), "webp");
  const whole = await sharp(await drawing(99))
    .jpeg()
    .toBuffer();
  await add("broken.jpg", whole.subarray(0, whole.length / 2), "사진이 깨졌다", 1);
  await add("long.png", await drawing(100), "word ".repeat(100), 2);
  writeFileSync(join(dir, "metadata.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
});

describe("inspect", () => {
  test("counts, sizes, look-alikes, broken pictures, lengths, languages", async () => {
    const countTokens = (text: string) => text.trim().split(" ").length + 2;
    const found = await inspect(await openDataSet(dir), {
      countTokens,
      tokenLimit: 77,
      examples: 9,
    });
    expect(found).toMatchObject({
      ...{ kind: "imagefolder", pairs: 47, formats: { png: 41, jpeg: 3, webp: 2 } },
      width: { least: 80, median: 240, most: 500 },
      captions: {
        count: 47,
        distinctTitles: 47,
        tokens: { least: 4, most: 102 },
        tokenLimit: 77,
        cut: 1,
      },
      duplicates: { groups: 5, pictures: 5 },
      fields: ["channel"],
    });
    expect(found.duplicates.first).toContainEqual(["4.png", "again-4.webp"]);
    expect(found.broken.count).toBe(1);
    expect(found.broken.first[0]!.reason).toMatch(/broken\.jpg cannot be decoded/);
    expect(found.languages.map(({ name }) => name)).toContain("Korean");
    expect(found.examples).toHaveLength(9);
    const sheet = await sharp(await contactSheet(found.examples, 3)).metadata();
    expect(sheet).toMatchObject({ format: "jpeg", width: 3 * 170 + 10, height: 3 * 208 + 10 });
  });
});

describe("split", () => {
  const split = async (seed: number, by = "channel") =>
    splitDataSet(await openDataSet(dir), { by, shares: { test: 0.3 }, seed });

  test("keeps channels and look-alikes together, in the shares that were asked for", async () => {
    const { pairs, broken } = await split(1);
    expect(broken.map(({ id }) => id)).toEqual(["broken.jpg"]);
    const splitsOf = (keyOf: (pair: Pair) => unknown, key: unknown) =>
      new Set(pairs.filter(({ pair }) => keyOf(pair) === key).map((each) => each.split));
    for (let i = 0; i < 10; i++)
      expect(splitsOf(({ fields }) => fields["channel"], `channel ${i}`).size).toBe(1);
    const placeOf = (id: string) => pairs.find(({ pair }) => pair.id === id)!.split;
    // Channel 3 has copies of channels 0, 1, 2 and 4: all five are one group.
    for (const id of ["0.png", "1.png", "2.png", "4.png"])
      expect(placeOf(id)).toBe(placeOf("3.png"));
    const held = pairs.filter((each) => each.split === "test").length;
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThanOrEqual(Math.round(0.3 * pairs.length));
  });

  test("is the seed's alone, and written as a folder that reads the same", async () => {
    const { pairs } = await split(5);
    expect((await split(5)).pairs).toEqual(pairs);
    expect((await split(6)).pairs).not.toEqual(pairs);
    const out = join(base, "out");
    await writeImageFolder(
      out,
      pairs.map(({ pair, split }) => ({ ...pair, split })),
    );
    const read: Pair[] = [];
    for await (const pair of (await openDataSet(out)).pairs()) read.push(pair);
    expect(read.map(({ title, split, image }) => ({ title, split, image }))).toEqual(
      pairs.map(({ pair, split }) => ({ title: pair.title, split, image: pair.image })),
    );
  });

  test("pictures inside shards are written beside", async () => {
    const entries = [];
    for (let i = 0; i < 4; i++) {
      entries.push(
        { name: `${i}.png`, content: await drawing(i) },
        { name: `${i}.txt`, content: `drawing ${i}` },
      );
    }
    await writeTar(join(base, "shards/0.tar"), entries);
    const set = await openDataSet(join(base, "shards"));
    const { pairs } = await splitDataSet(set, { shares: { test: 0.25 }, seed: 0 });
    const out = join(base, "from-shards");
    expect(
      await writeImageFolder(
        out,
        pairs.map(({ pair, split }) => ({ ...pair, split })),
      ),
    ).toMatchObject({ count: 4 });
    const read: Pair[] = [];
    for await (const pair of (await openDataSet(out)).pairs()) read.push(pair);
    expect(Buffer.from(await readImage(read[2]!)).equals(await drawing(2))).toBe(true);
    expect(readFileSync(join(out, "metadata.jsonl"), "utf8")).toContain(
      '"file_name":"images/0-2-2.png"',
    );
  });

  test("what cannot be is said", async () => {
    await expect(split(0, "chanel")).rejects.toThrow(
      /No pair has the field "chanel"; the fields are: channel\./,
    );
    const set = await openDataSet(dir);
    const shares = (test: number) => splitDataSet(set, { shares: { test }, seed: 0 });
    await expect(shares(0)).rejects.toThrow(/must leave something to train on, and to hold out/);
    await expect(shares(0.001)).rejects.toThrow(
      /Nothing is left for test: .*, which leaves 41 groups/,
    );
    await expect(writeImageFolder(join(base, "shards"), [])).rejects.toThrow(
      /shards holds other files/,
    );
  });
});
