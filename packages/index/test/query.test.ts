import { createIndexWriter, type SearchOptions } from "@cliptune/index";
import { expect, test } from "vitest";
import { opened, seededNumbers, unitRows } from "./seeded.js";
import { dimension, ids, indexOf, query, sharedIndex, shelf } from "./written-index.js";

const shelved = await sharedIndex(shelf);
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
  const again = (options: SearchOptions) =>
    index.query({ vector: query }, { cursor: cursor!, ...options });
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
