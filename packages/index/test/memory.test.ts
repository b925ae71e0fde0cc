import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { buildIndex, createIndexWriter, memoryNeeded, reindex, updateIndex } from "@cliptune/index";
import { expect, test } from "vitest";
import { colourEncoder, preprocessing } from "./colour-encoder.mjs";
import { freshPictures } from "./pictures.js";
import { temporaryDir } from "./seeded.js";

test("a graph needs more than its vectors, and LanceDB no more for more rows", () => {
  const needed = (store: "flat" | "hnsw" | "lancedb", rows: number) =>
    memoryNeeded(rows, { store, dimension: 512 });
  expect(needed("flat", 1e6) - needed("flat", 0)).toBe(512 * 4 * 1e6);
  expect(needed("hnsw", 1e6)).toBeGreaterThan(2 * 512 * 4 * 1e6); // searching holds both
  expect(needed("lancedb", 1e9)).toBe(needed("lancedb", 0));
});

test("an index that can't fit is refused before anything is written, unless LanceDB holds it", async () => {
  const dir = join(await temporaryDir(), "index");
  const options = { dir, dimension: 512, fingerprint: "a", expected: 1e9 };
  await expect(createIndexWriter(options)).rejects.toThrow(
    /1000000000 vectors of 512 numbers needs .* GB of memory.* are free.*--store lancedb/,
  );
  await expect(readdir(dir)).rejects.toThrow("ENOENT");
  const writer = await createIndexWriter({ ...options, store: "lancedb" });
  await writer.abort();
});

test("a limit holds for builds, updates and reindexing", async () => {
  const { root, dir, items } = await freshPictures(5);
  const encoding = { dir, encoder: colourEncoder, preprocessing };
  const model = { path: root };
  const tight = { memoryLimit: memoryNeeded(4, { dimension: 8 }) };
  const refused = /5 vectors of 8 numbers .* are allowed/;
  await expect(buildIndex({ ...encoding, items, model, ...tight })).rejects.toThrow(refused);
  await buildIndex({ ...encoding, items: items.slice(0, 4), model, ...tight });
  await expect(updateIndex({ ...encoding, items, ...tight })).rejects.toThrow(refused);
  await updateIndex({ ...encoding, items });
  await expect(reindex({ ...encoding, model, ...tight })).rejects.toThrow(refused);
  const { manifest } = await reindex({ ...encoding, model, ...tight, store: "lancedb" });
  expect(manifest).toMatchObject({ count: 5, store: "lancedb" });
});
