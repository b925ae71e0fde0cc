import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createEncoder, loadModel } from "@cliptune/clip";
import { createEngine, type Engine } from "@cliptune/engine";
import { buildIndex, openIndex, openSearcher, readManifest, reindex } from "@cliptune/index";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { colourEncoder, preprocessing } from "./colour-encoder.mjs";
import { type Drawing, freshPictures, writeModel } from "./pictures.js";
import { opened } from "./seeded.js";

let root: string;
let dir: string;
let items: Drawing[];
let engine: Engine;
beforeEach(async () => {
  ({ root, dir, items } = await freshPictures(12));
  engine = await createEngine("cpu");
  onTestFinished(() => engine.dispose());
});

async function modelOf(seed: number) {
  const model = await loadModel(await writeModel(join(root, `model-${seed}`), seed));
  const encoder = await createEncoder(engine, model);
  onTestFinished(() => encoder.dispose());
  return { encoder, preprocessing: model.preprocessing, model: { path: model.dir } };
}

test("another model's index takes the place of the one in use, as if it had been built", async () => {
  const [first, second] = [await modelOf(1), await modelOf(2)];
  const before = await buildIndex({ items, dir, ...first, source: "drawings" });
  const searcher = await openSearcher(dir, { engine });
  onTestFinished(() => searcher.close());
  await searcher.searchText("a circle", 12);

  const { manifest, fromThumbnails } = await reindex({ dir, ...second });
  expect(fromThumbnails).toBe(0);
  expect(manifest).toMatchObject({ count: 12, skipped: 0, source: "drawings" });
  expect(manifest.fingerprint).toBe(second.encoder.fingerprint);
  expect(manifest.version).not.toBe(before.version);
  await expect(openIndex(dir, { fingerprint: before.fingerprint })).rejects.toThrow(
    `cliptune index reindex --index ${dir}`,
  );

  const built = join(root, "built");
  await buildIndex({ items, dir: built, ...second });
  const [anew, reference] = [await opened(dir), await opened(built)];
  const range = { offset: 0, limit: 100 };
  const told = async (index: typeof anew) =>
    (await index.items(range)).map(({ id, title, fields }) => ({ id, title, fields }));
  expect(await told(anew)).toEqual(await told(reference));
  for (const { id } of items) expect(await anew.vector(id)).toEqual(await reference.vector(id));
  const now = await openSearcher(dir, { engine });
  onTestFinished(() => now.close());
  const { hits } = await now.searchText("a circle", 12);
  expect(hits).toHaveLength(12);
  await vi.waitFor(async () => {
    await searcher.searchText("a circle", 1);
    expect(searcher.manifest.fingerprint).toBe(second.encoder.fingerprint);
  });
  expect((await searcher.searchText("a circle", 12)).hits).toEqual(hits); // it follows, model and all
  expect(await searcher.encodeTexts(["a circle"])).toEqual(await now.encodeTexts(["a circle"]));
});

test("a picture whose file is gone is encoded from its thumbnail, and counted", async () => {
  const encoding = { encoder: colourEncoder, preprocessing, model: { path: root } };
  await buildIndex({ items, dir, ...encoding });
  const { id, image, title } = items[4]!;
  const before = await (await opened(dir)).vector(id);
  await rm(image);
  const other = { ...colourEncoder, fingerprint: "others" };
  const report = await reindex({ dir, ...encoding, encoder: other });
  expect(report).toMatchObject({ fromThumbnails: 1, manifest: { count: 12, skipped: 0 } });
  const index = await opened(dir, { fingerprint: "others" });
  expect(await index.item(id)).toMatchObject({ title, file: image });
  expect(await index.thumbnail(id)).toBeDefined();
  const after = (await index.vector(id))!;
  const cosine = after.reduce((sum, value, i) => sum + value * before![i]!, 0);
  expect(cosine).toBeGreaterThan(0.98); // a WebP of the same picture
});

test("a searcher whose next model is gone goes on with the version it has", async () => {
  const [first, second] = [await modelOf(1), await modelOf(2)];
  await buildIndex({ items, dir, ...first });
  const searcher = await openSearcher(dir, { engine });
  onTestFinished(() => searcher.close());
  const { hits } = await searcher.searchText("a circle", 12);
  await reindex({ dir, ...second });
  await rm(second.model.path, { recursive: true });
  expect((await searcher.searchText("a circle", 12)).hits).toEqual(hits);
  expect(searcher.manifest.fingerprint).toBe(first.encoder.fingerprint);
  await expect(openSearcher(dir, { engine })).rejects.toThrow("say where it is now with --model");
});

test("work that is stopped or fails leaves the index as it was", async () => {
  const encoding = { encoder: colourEncoder, preprocessing, model: { path: root } };
  const { version } = await buildIndex({ items, dir, ...encoding });
  const controller = new AbortController();
  const stopped = reindex({
    ...{ dir, ...encoding, batchSize: 2, signal: controller.signal },
    onProgress: () => controller.abort(new Error("stopped")),
  });
  await expect(stopped).rejects.toThrow("stopped");
  await expect(reindex({ dir: join(root, "nowhere"), ...encoding })).rejects.toThrow(
    "is not an index",
  );
  expect((await readManifest(dir)).version).toBe(version);
  await opened(dir);
});
