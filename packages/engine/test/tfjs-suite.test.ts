import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { insertTables, judge, type SpecResult } from "./tfjs-suite/report.mjs";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "tfjs-suite-"));
let results: SpecResult[];

beforeAll(async () => {
  const file = join(folder, "results.json");
  await promisify(execFile)(process.execPath, [path("./tfjs-suite/run-suite.mjs"), file]);
  results = JSON.parse(await readFile(file, "utf8"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("every spec that tfjs-core ships passes on the lazy backend, or has a written reason not to", () => {
  expect(results.length).toBeGreaterThan(4000);
  const { unexplained } = judge(results);
  expect(unexplained.map(({ name, message }) => `${name}: ${message}`)).toEqual([]);
});

test("every reason is needed, and every test file belongs to an area", () => {
  const { stale, homeless } = judge(results);
  expect(stale).toEqual([]);
  expect(homeless).toEqual([]);
});

test("the README's table is what the run says", async () => {
  const readme = await readFile(path("../README.md"), "utf8");
  expect(
    insertTables(readme, results),
    "write it with test/tfjs-suite/run-suite.mjs, then write-table.mjs",
  ).toBe(readme);
});
