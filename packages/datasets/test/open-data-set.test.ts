import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OpenOptions, openDataSet, type Pair, readImage } from "@cliptune/datasets";
import sharp from "sharp";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { forms } from "./forms.js";
import { shardForms } from "./shard-forms.js";
import { picture, squares, writeTar } from "./squares.js";

const base = mkdtempSync(join(tmpdir(), "cliptune-datasets-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let dir = "";
let folders = 0;
beforeEach(() => {
  dir = join(base, String(folders++));
  mkdirSync(dir);
});

async function read(path: string, options: OpenOptions = {}): Promise<Pair[]> {
  const set = await openDataSet(path, options);
  const pairs: Pair[] = [];
  for await (const pair of set.pairs()) pairs.push(pair);
  return pairs;
}

const failure = (path: string, options?: OpenOptions): Promise<string> =>
  read(path, options).then(
    () => "no error",
    (error: Error) => `${error.name}: ${error.message}`,
  );

describe.each(Object.entries({ ...forms, ...shardForms }))("%s", (_, form) => {
  test("is known by its content and reads as the same pairs, in any order and twice", async () => {
    const path = await form.write(dir);
    const set = await openDataSet(path);
    expect(set.kind).toBe(form.kind);
    for (let pass = 0; pass < 2; pass++) {
      const pairs = await read(path);
      expect(new Set(pairs.map(({ id }) => id)).size).toBe(3);
      for (const pair of pairs.reverse()) {
        const { data } = await sharp(await readImage(pair))
          .raw()
          .toBuffer({ resolveWithObject: true });
        const square = squares.find(({ color }) => color.every((value, i) => data[i] === value))!;
        const without = new Set<string>(form.without ?? []);
        expect(pair.title).toBe(without.has("title") ? square.label : square.title);
        expect(pair.captions[0]).toBe(pair.title);
        expect(pair.split).toBe(without.has("split") ? undefined : square.split);
        expect(pair.label).toBe(without.has("label") ? undefined : square.label);
        expect(pair.fields["views"]).toBe(without.has("views") ? undefined : square.views);
      }
    }
  });

  test("gives one split alone", async () => {
    const path = await form.write(dir);
    const pairs = await read(path, { split: "test" });
    expect(pairs).toHaveLength(form.without?.includes("split") ? 0 : 1);
  });
});

describe("details", () => {
  test("a yt-dlp folder's channel, date, tags, duration and address are fields, its tags captions", async () => {
    const [pair] = await read(await forms["a yt-dlp folder"]!.write(dir));
    expect(pair!.fields).toEqual({
      ...{ video: "id0.x", channel: "A channel", categories: "Education", tags: "one, two" },
      ...{ date: "2024-01-31", views: 10, duration: 61, url: "https://example.org/0" },
    });
    expect(pair!.captions).toContain("a red square: one, two");
    expect(pair!.captions).toContain("a red square, by A channel");
  });

  test("neighbouring rows of one picture are one pair with several captions", async () => {
    writeFileSync(join(dir, "a.csv"), "image,caption\n1.jpg,one\n1.jpg,two\n2.jpg,three\n");
    const pairs = await read(join(dir, "a.csv"));
    expect(pairs.map(({ captions }) => captions)).toEqual([["one", "two"], ["three"]]);
  });

  test("columns may be named", async () => {
    writeFileSync(join(dir, "a.csv"), "poster;plot;year\n1.jpg;a plot;1984\n");
    const [pair] = await read(join(dir, "a.csv"), {
      columns: { image: "poster", caption: "plot" },
    });
    expect(pair).toMatchObject({ id: "1.jpg", title: "a plot", fields: { year: 1984 } });
  });

  test("long names in a shard, and a sample without caption, which is told of", async () => {
    const name = `${"deep/".repeat(40)}${"x".repeat(120)}`;
    const content = await picture(squares[0]!);
    await writeTar(join(dir, "a.tar"), [
      { name: `${name}.png`, content },
      { name: `${name}.txt`, content: "far down" },
      { name: "lonely.png", content },
    ]);
    const skipped: string[] = [];
    const pairs = await read(dir, { onSkip: (message) => skipped.push(message) });
    expect(pairs.map(({ title }) => title)).toEqual(["far down"]);
    expect(Buffer.from(await readImage(pairs[0]!)).equals(content)).toBe(true);
    expect(skipped).toEqual([`${join(dir, "a.tar")}: sample lonely has no caption`]);
  });
});

describe("what cannot be read is one clear sentence", () => {
  test("a path that is missing, a folder that holds nothing, a file of no known kind", async () => {
    expect(await failure(join(dir, "no"))).toMatch(
      /^UserError: Cannot read the data .*\/no: it does not exist/,
    );
    expect(await failure(dir)).toMatch(/has no pictures; it needs image files, a metadata\.jsonl/);
    writeFileSync(join(dir, "a.doc"), "");
    expect(await failure(join(dir, "a.doc"))).toMatch(
      /a\.doc is no data set; give a folder, or a \.csv/,
    );
  });

  test("a folder that could be read in two ways names them, and a kind decides", async () => {
    const content = await picture(squares[0]!);
    writeFileSync(join(dir, "top.png"), content);
    mkdirSync(join(dir, "dogs"));
    writeFileSync(join(dir, "dogs/1.png"), content);
    expect(await failure(dir)).toMatch(
      /can be read as pictures and as classes; say which is meant \(--kind\)/,
    );
    expect(await read(dir, { kind: "classes" })).toHaveLength(1);
    expect(await read(dir, { kind: "pictures" })).toHaveLength(2);
  });

  test("tables and shards side by side, several tables", async () => {
    writeFileSync(join(dir, "a.csv"), "image,caption\n1.jpg,one\n");
    writeFileSync(join(dir, "b.csv"), "image,caption\n1.jpg,one\n");
    expect(await failure(dir)).toMatch(/holds several tables \(a\.csv, b\.csv\)/);
    await writeTar(join(dir, "a.tar"), []);
    expect(await failure(dir)).toMatch(/can be read as webdataset and as csv/);
  });

  test.each([
    ["a.jsonl", '{"image":"1.jpg","caption":"x"}\n{oops\n', /a\.jsonl, line 2 is not valid JSON/],
    ["a.jsonl", "[1]\n", /a\.jsonl, line 1 is no JSON object/],
    ["a.jsonl", '{"image":"1.jpg"}\n', /line 1 has no caption \(one of/],
    ["a.csv", "image,caption\n1.jpg,x\n1.jpg,x,y\n", /a\.csv is not a table.*line 3/s],
    [
      "a.csv",
      "image,caption\nhttps://example.org/1.jpg,x\n",
      /line 2: the picture is the address https/,
    ],
    ["a.tar", "not a tar at all".repeat(100), /a\.tar is no whole tar file/],
    ["a.parquet", "PAR1 and no more", /a\.parquet is no whole parquet file/],
  ])("%s", async (name, content, message) => {
    writeFileSync(join(dir, name), content);
    expect(await failure(join(dir, name))).toMatch(message);
  });

  test("a shard cut short", async () => {
    const entries = [
      { name: "a.png", content: Buffer.alloc(5000) },
      { name: "a.txt", content: "a" },
    ];
    await writeTar(join(dir, "a.tar"), entries);
    truncateSync(join(dir, "a.tar"), 3000);
    expect(await failure(dir)).toMatch(/UserError: .*a\.tar is no whole tar file/);
  });
});
