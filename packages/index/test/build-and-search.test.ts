import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Adapter,
  type ClipModel,
  createEncoder,
  type Encoder,
  initLora,
  type LoraConfig,
  loadAdapter,
  loadModel,
  saveAdapter,
} from "@cliptune/clip";
import { createEngine, type Engine } from "@cliptune/engine";
import { buildIndex, type IndexItem, openIndex, openSearcher, readManifest } from "@cliptune/index";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Drawing, drawPictures, writeModel } from "./pictures.js";
import { opened, seededNumbers, temporaryDir } from "./seeded.js";

let root: string;
let engine: Engine;
let model: ClipModel;
let encoder: Encoder;
let items: Drawing[];
beforeAll(async () => {
  root = await temporaryDir();
  engine = await createEngine("auto");
  model = await loadModel(await writeModel(join(root, "model"), 1));
  encoder = await createEncoder(engine, model);
  items = await drawPictures(root, 40);
});
afterAll(async () => {
  await encoder.dispose();
  await engine.dispose();
});

const build = (dir: string, more: Partial<Parameters<typeof buildIndex>[0]> = {}) =>
  buildIndex({
    items,
    encoder,
    preprocessing: model.preprocessing,
    dir,
    model: { name: "small", path: model.dir },
    source: "drawings",
    ...more,
  });

test("indexes pictures that a picture, a title or another item then finds", async () => {
  const dir = join(root, "whole");
  const progress: number[] = [];
  const manifest = await build(dir, {
    batchSize: 16,
    onProgress: ({ done, total }) => progress.push(done / total!),
  });
  expect(progress).toEqual([0.4, 0.8, 1]);
  expect(manifest).toMatchObject({ count: 40, skipped: 0, fingerprint: encoder.fingerprint });
  expect(manifest.annRecall).toMatchObject({ k: 10, sample: 40, queries: "titles" });

  const searcher = await openSearcher(dir, { engine });
  const byPicture = await searcher.searchImage(await readFile(items[7]!.image), 3);
  expect(byPicture.hits[0]).toMatchObject({ id: "square-7", file: items[7]!.image });
  expect(byPicture.hits[0]!.score).toBeCloseTo(1, 4);

  const byText = await searcher.searchText("a red circle", 5);
  const vector = await encoder.encodeTexts(["a red circle"]);
  expect(byText.hits).toMatchObject(await searcher.index.search(vector, 5));
  for (const milliseconds of Object.values(byText.timings)) expect(milliseconds).toBeGreaterThan(0);
  const again = await searcher.searchText("a red circle", 5);
  expect(again).toEqual({ ...byText, timings: again.timings });
  expect(again.timings.tokeniseMs).toBe(0); // the text is remembered

  const like = await searcher.similar("circle-0", 39);
  expect(like.hits.map(({ id }) => id)).not.toContain("circle-0");
  expect(like.hits).toHaveLength(39);
  await expect(searcher.similar("nobody", 3)).rejects.toThrow(
    'No item of this index has the id "nobody"',
  );
  await expect(searcher.searchText("  ", 3)).rejects.toThrow("query is empty");
  expect(await searcher.items({ offset: 38, limit: 5 })).toMatchObject([
    { id: "stripe-38" },
    { id: "circle-39" },
  ]);
  await searcher.close();
});

test("thumbnails are WebP, at most 320 pixels, and never enlarged", async () => {
  const tiny = await sharp({ create: { width: 50, height: 40, channels: 3, background: "red" } })
    .png()
    .toBuffer();
  const small = await sharp(tiny).webp().toBuffer();
  const told = await sharp(tiny)
    .withExif({ IFD0: { Copyright: "me" } })
    .webp()
    .toBuffer();
  const dir = join(root, "thumbnails");
  const more = Object.entries({ tiny, small, told }).map(([id, image]) => {
    return { id, image, title: id };
  });
  await build(dir, { items: [...items.slice(0, 3), ...more] });
  const index = await opened(dir);
  const shape = async (id: string) => {
    const { format, width, height } = await sharp(await index.thumbnail(id)).metadata();
    return { format, width, height };
  };
  expect(await shape("circle-0")).toEqual({ format: "webp", width: 320, height: 160 });
  expect(await shape("tiny")).toEqual({ format: "webp", width: 50, height: 40 });
  expect(await index.item("tiny")).not.toHaveProperty("file");
  expect(await index.thumbnail("small")).toEqual(new Uint8Array(small)); // encoding it again would cost it
  expect((await sharp(await index.thumbnail("told")).metadata()).exif).toBeUndefined();
  await index.close();
});

test("an adapter and its strength are part of what the index is bound to", async () => {
  const lora = await tunedAdapter();
  const path = join(root, "adapter");
  await saveAdapter(path, lora, { baseModel: model.dir });
  const adapter = await loadAdapter(path, model);
  const tuned = await createEncoder(engine, model, { adapter, strength: 0.5 });
  const dir = join(root, "tuned");
  const manifest = await build(dir, { encoder: tuned, model: { path: model.dir, adapter: path } });
  expect(manifest.model).toMatchObject({ adapter: path, strength: 0.5 });
  const searcher = await openSearcher(dir, { engine });
  const [hit] = (await searcher.searchImage(await readFile(items[3]!.image), 1)).hits;
  expect(hit).toMatchObject({ id: "circle-3" });
  expect(hit!.score).toBeCloseTo(1, 4);
  await searcher.close();
  for (const strength of [0, 1]) {
    tuned.setStrength(strength);
    await expect(openIndex(dir, { fingerprint: tuned.fingerprint })).rejects.toThrow(
      "another model",
    );
  }
  await expect(openIndex(dir, { fingerprint: encoder.fingerprint })).rejects.toThrow(
    "strength 0.5",
  );
  await tuned.dispose();
});

/** Random matrices on both sides, so that the adapter changes every vector. */
async function tunedAdapter(): Promise<Adapter> {
  const config: LoraConfig = { rank: 2, alpha: 4, dropout: 0, targets: ["q_proj", "v_proj"] };
  const next = seededNumbers(5);
  const weights = Object.fromEntries(
    Object.entries(initLora(model.config, config, 3)).map(([name, array]) => [
      name,
      { ...array, data: Float32Array.from(array.data, () => next() / 4) },
    ]),
  );
  return { config, weights };
}

test("pictures that can't be read are reported and counted, or end a strict build", async () => {
  const whole = await readFile(items[0]!.image);
  const cut = join(root, "cut.png");
  await writeFile(cut, whole.subarray(0, whole.length / 2));
  const broken: IndexItem[] = [
    { id: "cut", image: cut, title: "cut" },
    { id: "text", image: new TextEncoder().encode("not a picture"), title: "text" },
    { id: "missing", image: join(root, "nowhere.png"), title: "missing" },
  ];
  const dir = join(root, "broken");
  const told: string[] = [];
  const manifest = await build(dir, {
    items: [...items.slice(0, 4), ...broken],
    onError: (error, item) => told.push(`${item.id}: ${error.message}`),
  });
  expect(manifest).toMatchObject({ count: 4, skipped: 3 });
  expect(told.map((line) => line.split(":")[0])).toEqual(["cut", "text", "missing"]);
  expect(told[0]).toContain("cut.png cannot be decoded");

  const strict = build(dir, { items: [...items, ...broken], strict: true });
  await expect(strict).rejects.toThrow('Item "cut" could not be read');
  await expect(strict).rejects.toHaveProperty("name", "UserError");
  await expect(build(dir, { items: broken })).rejects.toThrow(
    "none of the 3 pictures could be read",
  );
  await expect(build(dir, { items: [] })).rejects.toThrow("no picture was given");
  expect((await readManifest(dir)).version).toBe(manifest.version);
});

test("an aborted build changes nothing and rejects with the reason", async () => {
  const dir = join(root, "aborted");
  const { version } = await build(dir, { items: items.slice(0, 4) });
  const control = new AbortController();
  const aborted = build(dir, {
    batchSize: 8,
    signal: control.signal,
    onProgress: () => control.abort(new Error("enough")),
  });
  await expect(aborted).rejects.toThrow("enough");
  expect((await readManifest(dir)).version).toBe(version);
});

test("takes items as they come", async () => {
  async function* stream() {
    yield* items.slice(0, 5);
  }
  const manifest = await build(join(root, "stream"), { items: stream() });
  expect(manifest.count).toBe(5);
});

test("an open searcher goes on through a rebuild and answers from the new version", async () => {
  const dir = join(root, "followed");
  await build(dir, { items: items.slice(0, 20) });
  const searcher = await openSearcher(dir, { engine });
  const count = async () => (await searcher.searchText("a circle", 100)).hits.length;
  expect(await count()).toBe(20);
  let building = true;
  const rebuilt = build(dir, { items }).finally(() => {
    building = false;
  });
  while (building) expect(await count()).toBeOneOf([20, 40]);
  await rebuilt;
  expect(await count()).toBe(40);
  expect(searcher.count).toBe(40);
  expect(await searcher.thumbnail(items[39]!.id)).toBeDefined();

  const other = await loadModel(await writeModel(join(root, "another-model"), 5));
  const otherEncoder = await createEncoder(engine, other);
  await build(dir, { items: items.slice(0, 5), encoder: otherEncoder, model: { path: other.dir } });
  await vi.waitFor(async () => expect(await count()).toBe(5)); // with the other model, once it is loaded
  await otherEncoder.dispose();
  await searcher.close();
});

test("an index finds its model when both were moved, and says so when it can't", async () => {
  const home = await temporaryDir();
  const moving = await loadModel(await writeModel(join(home, "a/model"), 1));
  const dir = join(home, "a/index");
  await build(dir, { items: items.slice(0, 5), model: { name: "small", path: moving.dir } });
  await rename(join(home, "a"), join(home, "b"));
  const moved = join(home, "b/index");
  await (await openSearcher(moved, { engine })).close();

  await rename(join(home, "b/model"), join(home, "b/elsewhere"));
  await expect(openSearcher(moved, { engine })).rejects.toThrow(
    /The model "small" .* is not at .*a\/model or .*b\/model; say where it is now with --model/,
  );
  const modelOverride = { path: join(home, "b/elsewhere") };
  await (await openSearcher(moved, { engine, modelOverride })).close();

  const other = await writeModel(join(home, "other"), 2);
  await expect(openSearcher(moved, { engine, modelOverride: { path: other } })).rejects.toThrow(
    /made by another model.*cliptune index reindex --index/,
  );
});
