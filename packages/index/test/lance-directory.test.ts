import { execFileSync } from "node:child_process";
import { cp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildIndex, createIndexWriter, openIndex, reindex, updateIndex } from "@cliptune/index";
import { beforeEach, expect, test } from "vitest";
import { colourEncoder, preprocessing } from "./colour-encoder.mjs";
import { type Drawing, freshPictures } from "./pictures.js";
import { opened, unitRows, writeSeededIndex } from "./seeded.js";

let root: string;
let dir: string;
let items: Drawing[];
beforeEach(async () => {
  ({ root, dir, items } = await freshPictures(12));
});

const encoding = { encoder: colourEncoder, preprocessing };
const build = (more: object = {}) =>
  buildIndex({ items, dir, ...encoding, model: { path: root }, store: "lancedb", ...more });
const tables = (at = join(dir, "vectors.lance")) => readdir(at);

test("updates go on with the table; a build makes another, and readers of the old one go on", async () => {
  const first = await build();
  expect(first).toMatchObject({ store: "lancedb", hnsw: null, count: 12, annRecall: null });
  expect(Object.keys(first.files)).not.toContain("vectors.f32");
  const reader = await opened(dir);
  const asked = (await reader.vector(items[0]!.id))!;

  const { manifest } = await updateIndex({ dir, ...encoding, items: items.slice(1) });
  expect(manifest).toMatchObject({ store: "lancedb", count: 11, rows: 12 });
  expect(manifest.lance!.table).toBe(first.lance!.table);
  expect((await reader.search(asked, 1))[0]!.id).toBe(items[0]!.id);
  const now = await opened(dir);
  expect(await now.search(asked, 100)).toHaveLength(11);

  const second = await build();
  expect(second.lance!.table).not.toBe(first.lance!.table);
  expect((await reader.search(asked, 1))[0]!.id).toBe(items[0]!.id);
  expect(await tables()).toHaveLength(2);
  await build();
  expect(await tables()).not.toContain(`${first.lance!.table}.lance`);
});

test("what a killed update has written is undone by the next, and a build that is given up leaves no table", async () => {
  await build();
  const before = join(root, "before");
  for (const part of ["manifest.json", "versions"]) {
    await cp(join(dir, part), join(before, part), { recursive: true });
  }
  await updateIndex({ dir, ...encoding, items: items.slice(1, 11) });
  await rm(join(dir, "versions"), { recursive: true });
  await cp(before, dir, { recursive: true }); // as if it had been killed before the swap
  const old = await opened(dir);
  expect(await old.search((await old.vector(items[0]!.id))!, 100)).toHaveLength(12);
  const { manifest } = await updateIndex({ dir, ...encoding, items: items.slice(0, 11) });
  expect(manifest).toMatchObject({ count: 11, rows: 12 });
  const index = await opened(dir);
  expect(await index.search((await index.vector(items[0]!.id))!, 100)).toHaveLength(11);

  const kept = await tables();
  const controller = new AbortController();
  const stopped = build({
    ...{ batchSize: 2, signal: controller.signal },
    onProgress: () => controller.abort(new Error("stopped")),
  });
  await expect(stopped).rejects.toThrow("stopped");
  expect(await tables()).toEqual(kept);
});

test("a reindex keeps the store unless another is given, and vectors may lie elsewhere", async () => {
  const uri = pathToFileURL(join(root, "far")).href;
  const { lance } = await build({ uri });
  expect(lance!.uri).toBe(uri);
  expect(await tables(join(root, "far"))).toEqual([`${lance!.table}.lance`]);
  const other = { ...encoding, encoder: { ...colourEncoder, fingerprint: "others" } };
  const { manifest } = await reindex({ dir, ...other, model: { path: root } });
  expect(manifest).toMatchObject({ store: "lancedb", lance: { uri } });
  const exact = await reindex({ dir, ...other, model: { path: root }, store: "flat" });
  expect(exact.manifest).toMatchObject({ store: "flat", hnsw: null, lance: null });
  await build();
  expect(await tables(join(root, "far"))).toEqual([]);
  await expect(build({ store: "hnsw", uri })).rejects.toThrow("need the store lancedb");
});

test("many vectors are searched approximately, at the recall that was measured", async () => {
  const rows = await writeSeededIndex(dir, 1200, { store: "lancedb", trainFrom: 1000 });
  const index = await opened(dir);
  const { lance, annRecall, indexed } = index.manifest;
  expect(lance!.search!.nprobes).toBeGreaterThan(0);
  expect(annRecall).toMatchObject({ k: 10, wanted: 0.99, queries: "pictures" });
  expect(annRecall!.value).toBeGreaterThanOrEqual(0.99);
  expect(indexed).toBe(1200);
  expect((await index.search(rows.subarray(0, 16), 1))[0]!.id).toBe("id-0");
  expect(await index.search(unitRows(1, 16, 9), 700)).toHaveLength(700);
});

test("works after it was moved, and says so when its table is gone", async () => {
  await build();
  await cp(dir, `${dir}-moved`, { recursive: true });
  await rm(join(dir, "vectors.lance"), { recursive: true });
  await expect(openIndex(dir)).rejects.toThrow(
    /LanceDB table .* can't be opened .*build the index/,
  );
  const moved = await opened(`${dir}-moved`);
  expect(await moved.search((await moved.vector(items[3]!.id))!, 3)).toHaveLength(3);
});

test("vectors that are no unit vectors are refused before they reach the table", async () => {
  const options = { dir, dimension: 4, fingerprint: "a", store: "lancedb" } as const;
  const writer = await createIndexWriter(options);
  const item = { id: "a", title: "", fields: {} };
  await expect(writer.add(item, new Float32Array(4))).rejects.toThrow("norm 0");
  await writer.abort();
  expect(await readdir(join(dir, "versions"))).toEqual([]);
});

test("without LanceDB, the error names the command that installs it", () => {
  const hook = fileURLToPath(new URL("without-lancedb.mjs", import.meta.url));
  const code = `import { createIndexWriter } from "@cliptune/index";
    const options = { dir: process.argv[1], dimension: 2, fingerprint: "a", store: "lancedb" };
    console.log(await createIndexWriter(options).catch((error) => error.name + ": " + error.message));`;
  const command = ["--import", hook, "--input-type=module", "--eval", code, dir];
  const output = execFileSync(process.execPath, command, {
    encoding: "utf8",
    cwd: import.meta.dirname,
  });
  expect(output).toContain("UserError: This needs the package @lancedb/lancedb");
  expect(output).toContain("npm install @lancedb/lancedb");
});
