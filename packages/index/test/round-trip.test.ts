import { execFileSync } from "node:child_process";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createIndexWriter, readManifest } from "@cliptune/index";
import { beforeEach, expect, test } from "vitest";
import { opened, temporaryDir, unitRows, writeSeededIndex } from "./seeded.js";

let dir: string;
beforeEach(async () => {
  dir = join(await temporaryDir(), "index");
});

test("gives back items, fields, thumbnails and vectors", async () => {
  const rows = await writeSeededIndex(dir, 60);
  const index = await opened(dir, { fingerprint: "model-a" });
  const [hit] = await index.search(rows.subarray(5 * 16, 6 * 16), 3);
  expect(hit).toMatchObject({
    id: "id-5",
    title: "picture 5",
    fields: { rank: 5, kind: "seeded" },
  });
  expect(hit!.score).toBeCloseTo(1, 5);
  expect(await index.item("id-59")).toMatchObject({ title: "picture 59" });
  expect(await index.item("id-60")).toBeUndefined();
  expect(new TextDecoder().decode(await index.thumbnail("id-7"))).toBe("picture 7");
  expect(await index.thumbnail("nobody")).toBeUndefined();
  expect(await index.vector("id-5")).toEqual(rows.slice(5 * 16, 6 * 16));
  await index.close();
  await expect(index.nearest(rows.subarray(0, 16), 1)).rejects.toThrow("closed");
});

test("searches the graph and the rows alike", async () => {
  await writeSeededIndex(dir, 300);
  const graph = await opened(dir, { exactBelow: 0 });
  const exact = await opened(dir, { exactBelow: Number.POSITIVE_INFINITY });
  const query = unitRows(1, 16, 77);
  const ids = async (index: typeof graph) => (await index.search(query, 10)).map(({ id }) => id);
  expect(await ids(graph)).toEqual(await ids(exact));
});

test("scales the query, and refuses one that it can't", async () => {
  const rows = await writeSeededIndex(dir, 20);
  const index = await opened(dir);
  const [hit] = await index.search(
    rows.slice(0, 16).map((x) => x * 40),
    1,
  );
  expect(hit!.score).toBeCloseTo(1, 5);
  await expect(index.search(new Float32Array(16), 1)).rejects.toThrow("norm 0");
  await expect(index.search(new Float32Array(8), 1)).rejects.toThrow("vectors of 16");
  for (const k of [0, -1, 1.5, Number.NaN]) {
    await expect(index.search(rows.subarray(0, 16), k)).rejects.toThrow("whole number");
  }
});

test("the manifest tells parameters, counts, recall and checksums", async () => {
  await writeSeededIndex(dir, 120, { source: "photos" });
  const manifest = await readManifest(dir);
  expect(manifest).toMatchObject({ count: 120, skipped: 0, dimension: 16, metric: "cosine" });
  expect(manifest).toMatchObject({ fingerprint: "model-a", source: "photos", model: null });
  expect(manifest.hnsw).toMatchObject({ m: 16, efConstruction: 200, seed: 100 });
  expect(manifest.annRecall).toMatchObject({ k: 10, wanted: 0.99 });
  expect(manifest.annRecall!.value).toBeGreaterThanOrEqual(0.99);
  expect(Object.keys(manifest.files).sort()).toEqual([
    "items.sqlite",
    "thumbnails.pack",
    "vectors.f32",
    "vectors.hnsw",
  ]);
});

test("the same vectors give the same files", async () => {
  await writeSeededIndex(dir, 200);
  await writeSeededIndex(`${dir}-again`, 200);
  expect((await readManifest(dir)).files).toEqual((await readManifest(`${dir}-again`)).files);
});

test("works after the directory was moved", async () => {
  const rows = await writeSeededIndex(dir, 30);
  await cp(dir, `${dir}-moved`, { recursive: true });
  await rm(dir, { recursive: true });
  const index = await opened(`${dir}-moved`);
  expect((await index.search(rows.subarray(0, 16), 1))[0]!.id).toBe("id-0");
});

test("a new build replaces the old one, whose readers go on", async () => {
  const rows = await writeSeededIndex(dir, 30);
  const before = await opened(dir);
  await writeSeededIndex(dir, 50);
  expect(await before.search(rows.subarray(0, 16), 100)).toHaveLength(30);
  expect(new TextDecoder().decode(await before.thumbnail("id-3"))).toBe("picture 3");
  expect((await opened(dir)).manifest.count).toBe(50);
  expect(await readdir(join(dir, "versions"))).toHaveLength(1);
});

test("nothing changes when a build is given up or has no items", async () => {
  await writeSeededIndex(dir, 30);
  const abandoned = await createIndexWriter({ dir, dimension: 16, fingerprint: "model-b" });
  await abandoned.add({ id: "x", title: "x", fields: {} }, unitRows(1, 16));
  await abandoned.abort();
  const empty = await createIndexWriter({ dir, dimension: 16, fingerprint: "model-b" });
  await expect(empty.commit()).rejects.toThrow("nothing to index");
  expect((await opened(dir, { fingerprint: "model-a" })).manifest.count).toBe(30);
  expect(await readdir(join(dir, "versions"))).toHaveLength(1);
});

test("an id can't come twice", async () => {
  const writer = await createIndexWriter({ dir, dimension: 16, fingerprint: "a" });
  const item = { id: "twin", title: "t", fields: {} };
  await writer.add(item, unitRows(1, 16));
  await expect(writer.add(item, unitRows(1, 16))).rejects.toThrow('the id "twin"');
  await writer.abort();
});

test("a directory with somebody else's manifest.json is left alone", async () => {
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, "manifest.json"), '{"name":"My web app"}');
  await expect(createIndexWriter({ dir, dimension: 16, fingerprint: "a" })).rejects.toThrow(
    "choose another directory",
  );
  expect(await readFile(join(dir, "manifest.json"), "utf8")).toContain("My web app");
});

test("where hnswlib-node could not be built, indexes are written, opened and searched all the same", async () => {
  await writeSeededIndex(dir, 30);
  const [hook, child] = ["without-hnswlib.mjs", "without-hnswlib-child.mjs"].map((name) =>
    fileURLToPath(new URL(name, import.meta.url)),
  );
  const command = ["--import", hook!, child!, `${dir}-flat`, dir];
  const output = execFileSync(process.execPath, command, { encoding: "utf8" });
  expect(JSON.parse(output)).toEqual({
    available: false,
    hnsw: null,
    files: ["vectors.f32", "items.sqlite", "thumbnails.pack"],
    ids: ["east", "id-3"],
  });
  expect((await opened(`${dir}-flat`)).manifest.annRecall).toBeNull();
});
