import type { Condition } from "@cliptune/index";
import { expect, test } from "vitest";
import { parseCondition } from "../dist/parse-condition.js";
import { repeatedFlag } from "../dist/repeated-flag.js";

test.each<[string, Condition]>([
  ["year>=1998", { field: "year", min: 1998 }],
  ["year <= 2005.5", { field: "year", max: 2005.5 }],
  ["year>-3", { field: "year", above: -3 }],
  ["year<2005", { field: "year", below: 2005 }],
  ["kind=stop sign", { field: "kind", equals: "stop sign" }],
  ['kind="a = b"', { field: "kind", equals: "a = b" }],
  ["kind!=stop", { field: "kind", not: "stop" }],
  ["title~自転車", { field: "title", contains: "自転車" }],
  ["kind in stop, 'give way'", { field: "kind", in: ["stop", "give way"] }],
  ["taken>=2026-11", { field: "taken", after: "2026-11" }],
  ["taken<2026-11-24", { field: "taken", before: "2026-11-24" }],
  ["in stock=true", { field: "in stock", equals: "true" }],
])("%s", (text, condition) => {
  expect(parseCondition(text)).toEqual(condition);
});

test.each([
  ["year", "is no condition; write FIELD and VALUE"],
  ["year=", "is no condition"],
  ["=3", "is no condition"],
  ["year>=many", "compares with many; it must be a number or a date"],
  ["taken>2026-11-24", "dates are compared with >= or <"],
])("%s is a wrong command line", (text, message) => {
  expect(() => parseCondition(text)).toThrow(message);
  expect(() => parseCondition(text)).toThrow(expect.objectContaining({ name: "UsageError" }));
});

test("a flag given more than once keeps all its values", () => {
  const words = ["x", "--where", "a=1", "--json", "--where=b=2", "-k", "3"];
  expect(repeatedFlag(words, "where")).toEqual(["a=1", "b=2"]);
  expect(repeatedFlag(words, "minus")).toEqual([]);
});
