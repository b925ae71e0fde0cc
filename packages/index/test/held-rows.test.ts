import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { buildIndex, createIndexWriter, openIndex, updateIndex } from "@cliptune/index";
import { expect, onTestFinished, test } from "vitest";
import { colourEncoder, preprocessing } from "./colour-encoder.mjs";
import { drawPictures } from "./pictures.js";
import { opened, temporaryDir, unitRows, writeSeededIndex } from "./seeded.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

test("a version that goes on from an open one gives the same rows, and leaves that one as it was", async () => {
  const root = await temporaryDir();
  const dir = join(root, "index");
  const items = await drawPictures(root, 30);
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
  const dir = join(await temporaryDir(), "index");
  const options = { dir, dimension: 64, fingerprint: "a", store: "flat" } as const;
  const rows = await writeSeededIndex(dir, 20_000, options);
  const first = await openIndex(dir);
  onTestFinished(() => first.close());
  // What was thrown away and not collected yet would count too, and V8 frees a buffer on a thread of its own
  // after the collection that found it.
  const size = async () => {
    for (let round = 0; round < 3; round++) {
      collectGarbage();
      await setTimeout(20);
    }
    return process.memoryUsage().arrayBuffers;
  };
  const before = await size();
  const second = await openIndex(dir, { before: first });
  onTestFinished(() => second.close());
  const vectors = () => Promise.all([first, second].map((index) => index.vector("id-19999")));
  expect(await vectors()).toEqual([rows.slice(-64), rows.slice(-64)]);
  const most = before + rows.byteLength / 2;
  await expect.poll(size, { timeout: 20_000 }).toBeLessThan(most);
});

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
