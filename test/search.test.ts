import { rmSync } from "node:fs";
import { join } from "node:path";
import type { SearchResponse } from "@cliptune/index";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectError } from "./repository/expect-error.js";
import { emptyFolder, runCli } from "./repository/run-cli.js";
import { drawPictures, randomModel } from "./repository/small-world.js";

const folder = emptyFolder("search");
const index = join(folder, "index");
let pictures: string;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  pictures = await drawPictures(join(folder, "pictures"));
  const model = await randomModel(folder, { hidden_size: 32, num_hidden_layers: 1 });
  const { code } = await runCli(["index", "build", pictures, "--model", model, "--out", index]);
  expect(code).toBe(0);
});

async function search(...args: string[]): Promise<SearchResponse> {
  const { stdout, stderr } = await runCli(["search", ...args, "--index", index, "--json"]);
  expect(stderr).toBe("");
  return JSON.parse(stdout) as SearchResponse;
}

test("a picture finds itself, by --image as by its path in the query", async () => {
  const [{ file }] = (await search("red ring", "-k", "1")).hits as unknown as [{ file: string }];
  for (const args of [["--image", file], [file], [`image:"${file}"`]]) {
    const { hits, goodMatch } = await search(...args, "-k", "3");
    expect(hits[0]!.file).toBe(file);
    expect(hits[0]!.score).toBeCloseTo(1, 4);
    expect(goodMatch).toBe(true);
  }
});

test("a minus, a weight and --minus change the order as vectors do", async () => {
  const plain = await search("red ring", "-k", "36");
  const minus = await search("red ring - 0.5*blue square", "-k", "36");
  const reference = await search("red ring", "--minus", "blue square", "-k", "36");
  const ids = ({ hits }: SearchResponse) => hits.map(({ id }) => id);
  expect(ids(minus)).not.toEqual(ids(plain));
  expect(new Set(ids(minus))).toEqual(new Set(ids(plain)));
  const whole = await search("red ring - blue square", "-k", "36");
  expect(ids(whole)).toEqual(ids(reference));
});

test("conditions narrow the answer, and pages hold each item once", async () => {
  const conditions = ["--where", "colour in red,blue", "--where", "letters>=6", "--hybrid"];
  const narrowed = await search("ring", ...conditions, "-k", "36");
  const found = narrowed.hits.map(({ title }) => title).sort();
  expect(found).toEqual([
    "blue circle",
    "blue square",
    "blue triangle",
    "red circle",
    "red square",
    "red triangle",
  ]);
  expect(narrowed.total).toBe(6);
  const first = await search("ring", "-k", "20");
  const second = await search("ring", "-k", "20", "--cursor", first.cursor!);
  expect(second.cursor).toBeUndefined();
  expect(new Set([...first.hits, ...second.hits].map(({ id }) => id)).size).toBe(36);
});

test("what can't be searched for is one clear error", async () => {
  const asked = (...args: string[]) => runCli(["search", ...args, "--index", index]);
  expectError(await asked("id:nobody"), /No item of this index has the id "nobody"/);
  expectError(await asked("./nowhere.jpg"), /nowhere.jpg does not exist/);
  expectError(await asked(" - red"), /only says what not to find/);
  expectError(await asked('""'), /query is empty/);
  expectError(await asked("red - red"), /cancel each other/);
  expectError(
    await asked("red", "--where", "shade=red"),
    /has a field "shade"; filter by one of: colour, letters, title/,
  );
  expectError(await asked("red", "--cursor", "abc"), /is not a cursor/);
});
