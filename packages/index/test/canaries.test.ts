import { join } from "node:path";
import { createEncoder, type Encoder, loadModel } from "@cliptune/clip";
import { createEngine } from "@cliptune/engine";
import { buildIndex, openSearcher, readManifest, reindex, updateIndex } from "@cliptune/index";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { type Drawing, freshPictures, writeModel } from "./pictures.js";

let root: string;
let dir: string;
let items: Drawing[];
beforeEach(async () => {
  ({ root, dir, items } = await freshPictures(6));
});

async function smallModel(engineName: "cpu" | "onnx-cpu") {
  const engine = await createEngine(engineName);
  const loaded = await loadModel(await writeModel(join(root, "model"), 1));
  const encoder = await createEncoder(engine, loaded);
  onTestFinished(async () => {
    await encoder.dispose();
    await engine.dispose();
  });
  return { encoder, preprocessing: loaded.preprocessing, model: { path: loaded.dir } };
}

/** The same model by its files, whose numbers come out in another order. */
function turned(encoder: Encoder, what: "encodeTexts" | "encodeImages"): Encoder {
  const { dimension, fingerprint, strength, logitScale } = encoder;
  const turn = (rows: Float32Array) => {
    for (let i = 0; i < rows.length; i += dimension) rows.subarray(i, i + dimension).reverse();
    return rows;
  };
  const others = { ...encoder, fingerprint, strength, logitScale };
  return what === "encodeTexts"
    ? { ...others, encodeTexts: async (texts) => turn(await encoder.encodeTexts(texts)) }
    : { ...others, encodeImages: async (rgb, n) => turn(await encoder.encodeImages(rgb, n)) };
}

test("a model whose files are the same and whose numbers are not is refused", async () => {
  const { encoder, preprocessing, model } = await smallModel("cpu");
  const built = { items, dir, preprocessing, model };
  await buildIndex({ ...built, encoder: turned(encoder, "encodeTexts") });
  const open = () => openSearcher(dir, { engine: "cpu" });
  await expect(open()).rejects.toThrow(
    /encodes texts to other vectors .* cliptune index reindex --index/,
  );
  await buildIndex({ ...built, encoder: turned(encoder, "encodeImages") });
  const searcher = await open(); // texts are as they were
  onTestFinished(() => searcher.close());
  expect((await searcher.searchText("a circle", 1)).hits).toHaveLength(1);
  const picture = await searcher.thumbnail(items[0]!.id);
  await expect(searcher.searchImage(picture!, 1)).rejects.toThrow("encodes images to other");

  const update = (given: readonly Drawing[]) =>
    updateIndex({ dir, items: given, encoder, preprocessing });
  expect(await update(items.slice(1))).toMatchObject({ removed: 1 }); // nothing is encoded
  const { version } = await readManifest(dir);
  await expect(update(items)).rejects.toThrow("encodes images to other vectors");
  expect((await readManifest(dir)).version).toBe(version);

  await reindex({ dir, encoder, preprocessing, model });
  const mended = await open();
  onTestFinished(() => mended.close());
  expect((await mended.searchImage(picture!, 1)).hits).toHaveLength(1);
});

test("engines that round otherwise may search what another has built", async () => {
  const { encoder, preprocessing, model } = await smallModel("onnx-cpu");
  const { canaries } = await buildIndex({ items, dir, encoder, preprocessing, model });
  expect(Buffer.from(canaries!.texts!, "base64")).toHaveLength(3 * encoder.dimension * 4);
  const searcher = await openSearcher(dir, { engine: "cpu" });
  onTestFinished(() => searcher.close());
  const picture = await searcher.thumbnail(items[0]!.id);
  expect((await searcher.searchImage(picture!, 6)).hits).toHaveLength(6);
});
