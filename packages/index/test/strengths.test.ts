import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  type ClipModel,
  createEncoder,
  type Encoder,
  initLora,
  loadAdapter,
  loadModel,
  saveAdapter,
} from "@cliptune/clip";
import { createEngine, type Engine } from "@cliptune/engine";
import { buildIndex, openIndex, openStrengths, writeStrengths } from "@cliptune/index";
import { afterAll, beforeAll, expect, test } from "vitest";
import { config, type Drawing, freshPictures, writeModel } from "./pictures.js";
import { seededNumbers } from "./seeded.js";

let root: string;
let dir: string;
let engine: Engine;
let model: ClipModel;
let adapterDir: string;
let encoder: Encoder;
let items: Drawing[];

beforeAll(async () => {
  ({ root, dir, items } = await freshPictures(40));
  adapterDir = join(root, "adapter");
  engine = await createEngine("auto");
  model = await loadModel(await writeModel(join(root, "model"), 1));
  const lora = { rank: 4, alpha: 8, dropout: 0, targets: ["q_proj", "fc1"] };
  const weights = initLora(config, lora, 1);
  const next = seededNumbers(5); // B is zero at first: such an adapter would change nothing
  for (const { data } of Object.values(weights)) data.set(Array.from(data, () => next() / 4));
  await saveAdapter(adapterDir, { config: lora, weights }, { baseModel: model.dir });
  encoder = await createEncoder(engine, model, { adapter: await loadAdapter(adapterDir, model) });
  await build();
});

afterAll(async () => {
  await encoder.dispose();
  await engine.dispose();
  await rm(root, { recursive: true });
});

const reference = () => ({ path: model.dir, adapter: adapterDir });

async function build(): Promise<void> {
  encoder.setStrength(1);
  const { preprocessing } = model;
  await buildIndex({ dir, items, encoder, preprocessing, model: reference() });
}

const write = (strengths: number[]) => {
  const { preprocessing } = model;
  return writeStrengths({ dir, encoder, preprocessing, model: reference(), strengths });
};

test("compares the base with the adapter at each strength, with the places at the other", async () => {
  const manifest = await write([1, 0.5]);
  expect(manifest).toMatchObject({ strengths: [0, 0.5, 1], count: 40, fromThumbnails: 0 });
  const strengths = await openStrengths(dir, { engine });
  const index = await openIndex(dir);
  const k = 40;
  const at = (strength: number) => strengths.compare("a red circle", { strength, k });
  const { base, tuned } = await at(1);
  encoder.setStrength(1);
  const exact = await index.search(await encoder.encodeTexts(["a red circle"]), k);
  expect(tuned.map(({ id }) => id)).toEqual(exact.map(({ id }) => id)); // the index's own strength
  for (const { id, otherRank } of tuned) expect(base[otherRank - 1]!.id).toBe(id);
  expect(base.map(({ id }) => id)).not.toEqual(tuned.map(({ id }) => id));
  const same = await at(0);
  expect(same.tuned).toEqual(same.base);
  await expect(at(0.75)).rejects.toThrow("Strength 0.75 was not computed; there are 0, 0.5, 1.");
  await strengths.close();
  await index.close();
});

test("pictures that are gone are encoded from their thumbnails, and counted", async () => {
  await rm(items[0]!.image);
  expect(await write([1])).toMatchObject({ fromThumbnails: 1, count: 40 });
  items = items.slice(1);
});

test("a new version of the index asks for new vectors, which sweep up the old", async () => {
  await build();
  await expect(openStrengths(dir, { engine })).rejects.toThrow("cliptune index strengths");
  const { version } = await write([1]);
  expect(await readdir(join(dir, "strengths"))).toEqual([version]);
});
