import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createEncoder, loadModel } from "@cliptune/clip";
import { createEngine } from "@cliptune/engine";
import { buildIndex, exportIndex, importIndex, openSearcher, updateIndex } from "@cliptune/index";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { drawPictures, writeModel } from "./pictures.js";
import { opened, temporaryDir, writeSeededIndex } from "./seeded.js";

/** What `clip-retrieval/make.py` wrote with NumPy and pyarrow: parts 2 (5 rows) and 10 (3 rows). */
const fixture = fileURLToPath(new URL("clip-retrieval", import.meta.url));

let root: string;
let dir: string;
let out: string;
beforeEach(async () => {
  root = await temporaryDir();
  dir = join(root, "index");
  out = join(root, "out");
});

test("imports clip-retrieval's parts in the order of their numbers", async () => {
  const { manifest, thumbnails } = await importIndex({ from: fixture, dir });
  expect(manifest).toMatchObject({ count: 8, dimension: 8, model: null });
  expect(manifest.annRecall).toMatchObject({ queries: "titles", sample: 8, value: 1 }); // of text_emb
  expect(thumbnails).toBe(0); // the paths lie inside shards
  const index = await opened(dir);
  const items = await index.items({ offset: 0, limit: 100 });
  expect(items.map(({ title }) => title)).toEqual(items.map((_, i) => `caption ${i}`));
  expect(items[0]).toEqual({
    id: "shard/0000.jpg",
    title: "caption 0",
    fields: { width: 100, similarity: 0, status: "success" },
  });
  expect(items[1]!.fields).toEqual({ width: 101, status: "success" }); // null is left out
  const bytes = await readFile(join(fixture, "img_emb", "img_emb_10.npy"));
  const norm = Math.hypot(
    ...Array.from({ length: 8 }, (_, i) => half(bytes.readUInt16LE(128 + 2 * i))),
  );
  const [first] = (await index.vector("shard/0005.jpg"))!; // the first row of part 10
  expect(first).toBeCloseTo(half(bytes.readUInt16LE(128)) / norm, 6);
});

/** A half precision number, of those that are not tiny. */
function half(bits: number): number {
  const exponent = (bits >> 10) & 31;
  return (bits & 0x8000 ? -1 : 1) * 2 ** (exponent - 15) * (1 + (bits & 1023) / 1024);
}

test("half precision goes in and comes out again, under the header that NumPy writes", async () => {
  await importIndex({ from: fixture, dir });
  await exportIndex({ dir, out, format: "clip-retrieval", precision: "float16", shardRows: 5 });
  for (const [shard, part] of ["2", "10"].entries()) {
    const ours = await readFile(join(out, "img_emb", `img_emb_${shard}.npy`));
    const theirs = await readFile(join(fixture, "img_emb", `img_emb_${part}.npy`));
    expect(ours.subarray(0, 128)).toEqual(theirs.subarray(0, 128)); // NumPy's own header
    for (let at = 128; at < theirs.length; at += 2) {
      const [a, b] = [half(ours.readUInt16LE(at)), half(theirs.readUInt16LE(at))];
      expect(a).toBeCloseTo(b, 2); // scaled to norm 1
    }
  }
  expect(await readdir(out)).toEqual(["img_emb", "metadata"]);
});

test.each(["clip-retrieval", "npy", "parquet"] as const)(
  "%s gives the index back",
  async (format) => {
    const rows = await writeSeededIndex(dir, 70);
    const count = await exportIndex({ dir, out, format, shardRows: 30 });
    expect(count).toBe(70);
    if (format === "clip-retrieval") expect(await readdir(join(out, "img_emb"))).toHaveLength(3);
    const back = join(root, "back");
    await importIndex({ from: out, dir: back });
    const index = await opened(back);
    const items = await index.items({ offset: 0, limit: 100 });
    expect(items.slice(0, 2)).toEqual([
      { id: "id-0", title: "picture 0", fields: { rank: 0, kind: "seeded" } },
      { id: "id-1", title: "picture 1", fields: { rank: 1, kind: "seeded" } },
    ]);
    const vectors = await index.vectors(await index.labels(100));
    expect(Math.max(...vectors.map((value, i) => Math.abs(value - rows[i]!)))).toBeLessThan(1e-6);
    await expect(exportIndex({ dir, out, format })).rejects.toThrow("is not empty");
  },
);

test("pictures that are there get thumbnails, and the model is checked against them", async () => {
  const engine = await createEngine("cpu");
  onTestFinished(() => engine.dispose());
  const modelOf = async (seed: number) => {
    const model = await loadModel(await writeModel(join(root, `model-${seed}`), seed));
    const encoder = await createEncoder(engine, model);
    onTestFinished(() => encoder.dispose());
    return { encoder, preprocessing: model.preprocessing, reference: { path: model.dir } };
  };
  const [own, other] = [await modelOf(1), await modelOf(2)];
  await mkdir(join(root, "pictures"));
  const items = await drawPictures(join(root, "pictures"), 12);
  const { encoder, preprocessing, reference: model } = own;
  await buildIndex({ items, dir, encoder, preprocessing, model });
  const encodeTexts = encoder.encodeTexts;
  await exportIndex({ dir, out, format: "clip-retrieval", precision: "float16", encodeTexts });
  expect(await readdir(join(out, "text_emb"))).toEqual(["text_emb_0.npy"]);

  const back = join(root, "back");
  await expect(importIndex({ from: out, dir: back, model: other })).rejects.toThrow(
    /are not those of model .*cosine/,
  );
  const { thumbnails, manifest } = await importIndex({ from: out, dir: back, model: own });
  expect(thumbnails).toBe(12);
  expect(manifest.fingerprint).toBe(encoder.fingerprint);
  const searcher = await openSearcher(back, { engine });
  onTestFinished(() => searcher.close());
  expect((await searcher.searchText("a circle", 3)).hits).toHaveLength(3);
  expect(await searcher.thumbnail(items[0]!.id)).toBeDefined();
  const update = await updateIndex({ dir: back, items, encoder, preprocessing });
  expect(update).toMatchObject({ kept: 12, added: 0, changed: 0, removed: 0 });
  const noTexts = join(root, "no-files");
  await cp(out, noTexts, { recursive: true });
  await rm(join(root, "pictures"), { recursive: true });
  await expect(importIndex({ from: noTexts, dir: back, model: other })).rejects.toThrow("cosine"); // by captions
});

test("what doesn't fit together is refused by name, and leaves no index", async () => {
  const broken = join(root, "broken");
  await cp(fixture, broken, { recursive: true });
  const attempt = () => importIndex({ from: broken, dir });
  const copy = (from: string, to: string) => cp(join(broken, from), join(broken, to));
  await copy("metadata/metadata_2.parquet", "metadata/metadata_10.parquet");
  await expect(attempt()).rejects.toThrow(/img_emb_10.npy has 3 rows, .*metadata_10.parquet has 5/);
  await rm(join(broken, "metadata", "metadata_10.parquet"));
  await expect(attempt()).rejects.toThrow("has no metadata/metadata_10.parquet beside it");
  const npy = join(broken, "img_emb", "img_emb_2.npy");
  const whole = await readFile(npy);
  await rm(join(broken, "img_emb", "img_emb_10.npy"));
  await writeFile(npy, whole.subarray(0, 190));
  await expect(attempt()).rejects.toThrow("img_emb_2.npy is cut short");
  await writeFile(npy, Buffer.from(whole.toString("latin1").replace("<f2", ">f2"), "latin1"));
  await expect(attempt()).rejects.toThrow("holds >f2 in the shape (5, 8)");
  await writeFile(npy, "hello");
  await expect(attempt()).rejects.toThrow("is no .npy file");
  await writeFile(npy, whole.fill(0, 128));
  await expect(attempt()).rejects.toThrow('vector of "shard/0000.jpg"');
  await writeFile(join(broken, "metadata", "metadata_2.parquet"), "PAR1");
  await expect(attempt()).rejects.toThrow("can't be read as parquet");
  await expect(importIndex({ from: root, dir })).rejects.toThrow("holds no embeddings");
  await expect(importIndex({ from: join(root, "nowhere"), dir })).rejects.toThrow("no folder");
  await expect(opened(dir)).rejects.toThrow("is not an index");
});
