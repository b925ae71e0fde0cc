import { join } from "node:path";
import {
  createIndexWriter,
  type Fields,
  openIndex,
  type SearchIndex,
  type SearchOptions,
} from "@cliptune/index";
import { afterAll, expect, test } from "vitest";
import { exactSearch } from "../dist/exact-search.js";
import { opened, seededNumbers, temporaryDir, unitRows } from "./seeded.js";

const dimension = 16;

interface Row {
  readonly title?: string;
  readonly fields?: Fields;
}

interface Written {
  readonly vectors?: Float32Array;
  readonly exactBelow?: number;
}

/** The folder of an index of `rows`, whose vectors are seeded unless given. */
async function write(rows: readonly Row[], vectors: Float32Array): Promise<string> {
  const dir = join(await temporaryDir(), "index");
  const writer = await createIndexWriter({ dir, dimension, fingerprint: "model-a" });
  for (const [i, { title = "", fields = {} }] of rows.entries()) {
    const vector = vectors.subarray(i * dimension, (i + 1) * dimension);
    await writer.add({ id: `${i}`, title, fields }, vector);
  }
  await writer.commit();
  return dir;
}

/** An index of a test's own. */
async function indexOf(
  rows: readonly Row[],
  { vectors = unitRows(rows.length, dimension), exactBelow = 2000 }: Written = {},
) {
  const dir = await write(rows, vectors);
  return { index: await opened(dir, { exactBelow }), vectors, dir };
}

/** An index that several tests only read. */
async function sharedIndex(rows: readonly Row[], exactBelow = 2000): Promise<SearchIndex> {
  const dir = await write(rows, unitRows(rows.length, dimension));
  const index = await openIndex(dir, { exactBelow });
  afterAll(() => index.close());
  return index;
}

const query = unitRows(1, dimension, 77);
const ids = (answer: { hits: readonly { id: string }[] }) => answer.hits.map(({ id }) => id);

test("a filter gives the exact best of its matches, be they one in a thousand or nearly all", async () => {
  const rows = Array.from({ length: 3000 }, (_, i) => ({ fields: { rank: i } }));
  // Never exact by choice: the graph must not lose what the filter keeps.
  const { index, vectors } = await indexOf(rows, { exactBelow: 0 });
  for (const matches of [1, 3, 30, 300, 2999]) {
    const answer = await index.query(
      { vector: query },
      {
        k: 20,
        filter: [{ field: "rank", below: matches }],
      },
    );
    const within = Uint32Array.from({ length: matches }, (_, i) => i);
    const oracle = await exactSearch(vectors, query, { k: 20, rows: matches, within });
    expect(ids(answer)).toEqual(oracle.map(({ label }) => `${label}`));
    expect(answer.hits).toHaveLength(Math.min(20, matches));
    expect(answer.total).toBe(matches);
  }
});

const shelf: Row[] = [
  { title: "Été", fields: { year: 1998, kind: "warning", lit: true, taken: "1998-06-01" } },
  {
    title: "Winter",
    fields: { year: 2005, kind: "Warning", lit: false, taken: "2005-12-31T23:30:00-02:00" },
  },
  { title: "spring", fields: { year: 2010.5, kind: "stop", taken: "2010-03-01" } },
  { title: "자전거 금지", fields: { year: -3, kind: "일시정지", lit: true } },
  { title: "bare" },
];
const shelved = await sharedIndex(shelf);

test.each<[string, SearchOptions["filter"], string[]]>([
  ["equals a number", [{ field: "year", equals: 1998 }], ["0"]],
  ["equals a number written as text", [{ field: "year", equals: "2010.5" }], ["2"]],
  ["equals text, upper case told from lower", [{ field: "kind", equals: "warning" }], ["0"]],
  ["equals a boolean", [{ field: "lit", equals: true }], ["0", "3"]],
  ["equals a boolean written as text", [{ field: "lit", equals: "false" }], ["1"]],
  ["not, items without the field too", [{ field: "kind", not: "stop" }], ["0", "1", "3", "4"]],
  ["in", [{ field: "kind", in: ["stop", "일시정지"] }], ["2", "3"]],
  ["in nothing", [{ field: "kind", in: [] }], []],
  ["min and max, bounds included", [{ field: "year", min: 1998, max: 2005 }], ["0", "1"]],
  ["above and below, bounds left out", [{ field: "year", above: -3, below: 2005 }], ["0"]],
  ["contains, in any case", [{ field: "kind", contains: "WARN" }], ["0", "1"]],
  ["contains, in any script", [{ field: "kind", contains: "정지" }], ["3"]],
  ["a part of the title", [{ field: "title", contains: "éTÉ" }], ["0"]],
  ["a composed letter is its decomposed self", [{ field: "title", contains: "E\u0301" }], ["0"]],
  ["after a year", [{ field: "taken", after: "2005" }], ["1", "2"]],
  ["dates keep their time zone", [{ field: "taken", after: "2006-01-01" }], ["1", "2"]],
  ["before, that moment left out", [{ field: "taken", before: "2010-03-01" }], ["0", "1"]],
  [
    "several conditions",
    [
      { field: "year", min: 0 },
      { field: "lit", equals: true },
    ],
    ["0"],
  ],
  ["no condition", [], ["0", "1", "2", "3", "4"]],
])("filter: %s", async (_, filter, expected) => {
  const answer = await shelved.query({ vector: query }, { filter: filter! });
  expect(ids(answer).sort()).toEqual(expected);
  expect(answer.total).toBe(expected.length);
});

test.each<[unknown, RegExp]>([
  [{ year: 1998 }, /filter is \{"year":1998\}; it must be a list of conditions/],
  [[{ min: 3 }], /names no field/],
  [[{ field: "year" }], /tests nothing; give it one of equals/],
  [[{ field: "year", least: 3 }], /has "least"; conditions know equals/],
  [[{ field: "year", min: "3" }], /"min" .* is "3"; it must be a number/],
  [[{ field: "taken", after: "yesterday" }], /is "yesterday"; it must be a date such as/],
  [[{ field: "taken", after: "2005-13" }], /it must be a date/],
  [
    [{ field: "yaer", min: 3 }],
    /no item .* field "yaer"; filter by one of: kind, lit, taken, year, title/i,
  ],
  [[{ field: "kind", min: 3 }], /"min" is for fields of kind number, and "kind" is of kind string/],
  [[{ field: "year'; DROP TABLE items --", equals: 1 }], /No item of this index has a field/],
])("a filter that can't be used says why: %j", async (filter, message) => {
  const asked = shelved.query({ vector: query }, { filter: filter as never });
  await expect(asked).rejects.toThrow(message);
  await expect(asked).rejects.toHaveProperty("name", "UserError");
});

test("fields are summed up by kind, with their values or their range", async () => {
  expect(await shelved.fields()).toEqual([
    {
      ...{ name: "kind", kind: "string", count: 4, distinct: 4 },
      values: ["Warning", "stop", "warning", "일시정지"].map((value) => ({ value, count: 1 })),
    },
    {
      ...{ name: "lit", kind: "boolean", count: 3, distinct: 2 },
      values: [
        { value: true, count: 2 },
        { value: false, count: 1 },
      ],
    },
    {
      ...{ name: "taken", kind: "date", count: 3, distinct: 3 },
      ...{ min: "1998-06-01", max: "2010-03-01" },
    },
    { name: "year", kind: "number", count: 4, distinct: 4, min: -3, max: 2010.5 },
  ]);
});

const pictures = await sharedIndex(
  Array.from({ length: 2500 }, (_, i) => ({ title: `picture ${i % 7}`, fields: { half: i % 2 } })),
  0,
);

test.each<[string, SearchOptions]>([
  ["by vector", {}],
  ["with a filter", { filter: [{ field: "half", equals: 1 }] }],
  ["with full text", { hybrid: true }],
  ["with near-duplicates folded", { group: 0.8 }],
  ["diversified", { diversity: 0.4 }],
  ["with everything", { hybrid: 0.3, group: 0.8, diversity: 0.4 }],
])("pages %s hold every item once, and say when they end", async (_, options) => {
  const words = { vector: query, words: "picture 3" };
  const seen: string[] = [];
  let cursor: string | undefined;
  for (let k = 10; ; k = 400) {
    const page = await pictures.query(words, { ...options, k, ...(cursor && { cursor }) });
    seen.push(...page.hits.flatMap(({ id, duplicates = [] }) => [id, ...duplicates]));
    cursor = page.cursor;
    if (cursor === undefined) break;
    expect(page.hits).toHaveLength(k);
  }
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen).toHaveLength(options.filter ? 1250 : 2500);
});

test("a cursor is for the same search of the same version only", async () => {
  const { index, dir } = await indexOf(Array.from({ length: 30 }, () => ({})));
  const { cursor } = await index.query({ vector: query }, { k: 5 });
  const again = (options: SearchOptions) => index.query({ vector: query }, { cursor, ...options });
  await expect(again({ group: true })).rejects.toThrow("another search");
  await expect(again({ cursor: "nonsense" })).rejects.toThrow('"nonsense" is not a cursor');
  expect((await again({ k: 7 })).hits).toHaveLength(7);

  const writer = await createIndexWriter({ dir, dimension, fingerprint: "model-a" });
  await writer.add({ id: "new", title: "", fields: {} }, query);
  await writer.commit();
  const replaced = await opened(dir);
  await expect(replaced.query({ vector: query }, { cursor: cursor! })).rejects.toThrow(
    "The index was replaced",
  );
});

test("near-duplicates fold into the best of them", async () => {
  const next = seededNumbers(3);
  const vectors = unitRows(60, dimension);
  // Rows 20 to 59 are the first twenty, twice, hardly changed.
  for (let i = 20; i < 60; i++) {
    const row = vectors.subarray(i * dimension, (i + 1) * dimension);
    row.set(vectors.subarray((i % 20) * dimension, ((i % 20) + 1) * dimension));
    for (let j = 0; j < dimension; j++) row[j]! += next() / 100;
    const norm = Math.hypot(...row);
    for (let j = 0; j < dimension; j++) row[j]! /= norm;
  }
  const { index } = await indexOf(
    Array.from({ length: 60 }, () => ({})),
    { vectors },
  );
  const answer = await index.query({ vector: query }, { k: 30, group: true });
  expect(answer.hits).toHaveLength(20);
  for (const { id, duplicates } of answer.hits) {
    const family = [id, ...duplicates!].map((each) => Number(each) % 20);
    expect(family).toEqual(Array(3).fill(Number(id) % 20));
  }
  const scores = answer.hits.map(({ score }) => score);
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
});

test("no page shows two near-duplicates of one pool of 200, whatever its size and the threshold", async () => {
  const { index, vectors } = await indexOf(Array.from({ length: 200 }, () => ({})));
  const row = (id: string) =>
    vectors.subarray(Number(id) * dimension, (Number(id) + 1) * dimension);
  const cosine = (a: string, b: string) => row(a).reduce((sum, x, i) => sum + x * row(b)[i]!, 0);
  const order = ids(await index.query({ vector: query }, { k: 200 }));
  for (const group of [0.3, 0.5, 0.7]) {
    // The oracle: each into the first above it that is alike.
    const families = new Map<string, string[]>();
    for (const id of order) {
      const leader = [...families.keys()].find((each) => cosine(each, id) >= group);
      if (leader === undefined) families.set(id, []);
      else families.get(leader)!.push(id);
    }
    for (const [leader, family] of families) {
      family.sort((a, b) => cosine(leader, b) - cosine(leader, a));
    }
    for (const k of [1, 12, 200]) {
      const { hits } = await index.query({ vector: query }, { k, group });
      const shown = hits.map(({ id, duplicates }) => [id, [...duplicates!]]);
      expect(shown).toEqual([...families].slice(0, k));
    }
  }
});

test("diversity brings up what is unlike the first, none of it changes the order", async () => {
  // Ten pictures near the query, one a little further off on the other side, one far away.
  const vectors = new Float32Array(12 * dimension);
  for (let i = 0; i < 12; i++) {
    const angle = i < 10 ? 0.3 + i / 1000 : i === 10 ? -0.4 : 1.5;
    vectors.set([Math.cos(angle), Math.sin(angle)], i * dimension);
  }
  const { index } = await indexOf(
    Array.from({ length: 12 }, () => ({})),
    { vectors },
  );
  const vector = Float32Array.from({ length: dimension }, (_, i) => (i === 0 ? 1 : 0));
  const plain = await index.query({ vector }, { diversity: 0 });
  expect(ids(plain).slice(0, 2)).toEqual(["0", "1"]);
  const varied = await index.query({ vector }, { diversity: 0.6 });
  expect(ids(varied).slice(0, 2)).toEqual(["0", "10"]);
});

const titles = [
  ...["stop", "speed limit", "No Bicycles!", "자전거를 타지 마시오", "雨の京都タワー"],
  ...["ｻｲｸﾘﾝｸﾞロード", "L'été à Paris", "ห้ามจักรยาน", "東京 都庁"],
];
const titled = await sharedIndex(titles.map((title) => ({ title })));

test.each([
  ["no bicycle", "2"], // by stem
  ["자전거", "3"], // within a longer run of Hangul
  ["전거", "3"],
  ["京都", "4"], // two characters, which trigrams can't find
  ["雨", "4"],
  ["サイクリング", "5"],
  ["ete", "6"], // without its accents
  ["จักรยาน", "7"],
])("full text finds %s", async (words, id) => {
  const answer = await titled.query({ vector: query, words }, { hybrid: 1 });
  expect(answer.hits[0]!.id).toBe(id);
  expect(answer.hits).toHaveLength(titles.length);
});

test("full text takes whatever is typed", async () => {
  for (const words of ['"', "AND OR NOT", "a*b (c", "NEAR(x", "- + ^", "", "💡", "title:x", "--"]) {
    expect((await shelved.query({ vector: query, words }, { hybrid: true })).hits).toHaveLength(5);
  }
});

test.each<[SearchOptions, string]>([
  [{ k: 0 }, "The number of results is 0"],
  [{ k: 2.5 }, "The number of results is 2.5"],
  [{ hybrid: 2 }, '"hybrid" is 2; it must be a number from 0 to 1'],
  [{ group: -1 }, '"group" is -1'],
  [{ diversity: Number.NaN }, '"diversity" is null'],
])("options out of range are named: %j", async (options, message) => {
  await expect(shelved.query({ vector: query }, options)).rejects.toThrow(message);
});
