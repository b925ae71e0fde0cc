import type { SearchOptions } from "@cliptune/index";
import { expect, test } from "vitest";
import { exactSearch } from "../dist/exact-search.js";
import { ids, indexOf, query, sharedIndex, shelf } from "./written-index.js";

const shelved = await sharedIndex(shelf);

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
