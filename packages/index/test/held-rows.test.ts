import { join } from "node:path";
import { buildIndex, createIndexWriter, readManifest, updateIndex } from "@cliptune/index";
import { expect, test } from "vitest";
import { continueRows, holdRows } from "../dist/held-rows.js";
import { colourEncoder, preprocessing } from "./colour-encoder.mjs";
import { freshPictures } from "./pictures.js";
import { opened, temporaryDir, unitRows, writeSeededIndex } from "./seeded.js";

test("a version that goes on from an open one gives the same rows, and leaves that one as it was", async () => {
  const { root, dir, items } = await freshPictures(30);
  const encoding = { dir, encoder: colourEncoder, preprocessing };
  await buildIndex({ ...encoding, items: items.slice(0, 26), model: { path: root } });
  const first = await opened(dir);
  await updateIndex({ ...encoding, items: items.slice(1, 29) });
  const second = await opened(dir, { before: first });
  await updateIndex({ ...encoding, items: items.slice(2) });
  const third = await opened(dir, { before: second });
  const alone = await opened(dir);
  for (const { id } of items.slice(2)) {
    const vector = await alone.vector(id);
    expect(await third.vector(id)).toEqual(vector);
    expect(await third.search(vector!, 30)).toEqual(await alone.search(vector!, 30));
  }
  expect(await first.search((await first.vector(items[0]!.id))!, 100)).toHaveLength(26);
  expect(await second.search((await second.vector(items[1]!.id))!, 100)).toHaveLength(28);
});

test("the rows of both are in memory once", async () => {
  const { root, dir, items } = await freshPictures(12);
  const encoding = { dir, encoder: colourEncoder, preprocessing };
  await buildIndex({ ...encoding, items: items.slice(0, 10), model: { path: root } });
  const before = await heldRows(dir);
  await updateIndex({ ...encoding, items });
  const { rows, files } = await readManifest(dir);
  const record = files["vectors.f32"]!;
  const after = await continueRows(before, await vectorsPath(dir), { rows, record });
  expect(after!.rows).toBe(12);
  expect(after!.buffer).toBe(before.buffer);
  // It has its room behind the rows; a second one that goes on from the same would write there too.
  const again = await continueRows(before, await vectorsPath(dir), { rows, record });
  expect(again).toBeUndefined();
});

async function heldRows(dir: string) {
  const { rows, dimension } = await readManifest(dir);
  return holdRows(await vectorsPath(dir), { rows, dimension });
}

async function vectorsPath(dir: string): Promise<string> {
  return join(dir, "versions", (await readManifest(dir)).version, "vectors.f32");
}

test("other rows are read anew, though there would be room", async () => {
  const dir = join(await temporaryDir(), "index");
  const rows = await writeSeededIndex(dir, 40);
  const first = await opened(dir);
  const writer = await createIndexWriter({ dir, dimension: 16, fingerprint: "model-a" });
  const others = unitRows(41, 16, 9);
  for (let i = 0; i < 41; i++) {
    const item = { id: `id-${i}`, title: "", fields: {} };
    await writer.add(item, others.subarray(i * 16, (i + 1) * 16));
  }
  await writer.commit();
  const second = await opened(dir, { before: first });
  expect(await second.vector("id-3")).toEqual(others.slice(48, 64));
  expect(await first.vector("id-3")).toEqual(rows.slice(48, 64));
});
