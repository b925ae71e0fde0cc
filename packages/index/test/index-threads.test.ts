import { join } from "node:path";
import {
  buildIndex,
  createIndexWriter,
  openIndex,
  readManifest,
  updateIndex,
} from "@cliptune/index";
import { beforeEach, expect, test } from "vitest";
import { colourEncoder, preprocessing } from "./colour-encoder.mjs";
import { type Drawing, freshPictures } from "./pictures.js";
import { unitRows } from "./seeded.js";

let root: string;
let dir: string;
let items: Drawing[];
beforeEach(async () => {
  ({ root, dir, items } = await freshPictures(40));
});

const build = (more: Partial<Parameters<typeof buildIndex>[0]> = {}) =>
  buildIndex({ dir, items, encoder: colourEncoder, preprocessing, model: { path: root }, ...more });

test("what the caller's own functions throw ends a build as the same object, and changes nothing", async () => {
  await build({ items: items.slice(0, 3) });
  const { version } = await readManifest(dir);
  const reason = new RangeError("mine");
  const fail = () => {
    throw reason;
  };
  await expect(build({ onProgress: fail })).rejects.toBe(reason);
  await expect(build({ encoder: { ...colourEncoder, encodeImages: fail } })).rejects.toBe(reason);
  const broken = [{ id: "a", image: join(root, "nowhere.png"), title: "" }, ...items];
  await expect(build({ items: broken, onError: fail })).rejects.toBe(reason);
  const failing = (function* () {
    yield* items;
    fail();
  })();
  await expect(build({ items: failing })).rejects.toBe(reason);
  expect((await readManifest(dir)).version).toBe(version);
});

test("items are asked for as they are needed, and told when no more are", async () => {
  let given = 0;
  let ended = false;
  const source = (function* () {
    try {
      for (; given < 10_000; given++) yield items[given % 40]!; // the 41st has the first's id
    } finally {
      ended = true;
    }
  })();
  await expect(build({ items: source })).rejects.toThrow("Two items have the id");
  expect(given).toBeLessThan(1000);
  expect(ended).toBe(true);
});

test("two builds, an update and readers share threads without a word to each other", async () => {
  const other = join(root, "other");
  await Promise.all([build(), build({ dir: other, items: items.slice(0, 20) })]);
  const [one, two] = await Promise.all([openIndex(dir), openIndex(other)]);
  const update = updateIndex({ dir, items: items.slice(5), encoder: colourEncoder, preprocessing });
  expect((await two.search((await one.vector(items[3]!.id))!, 40)).length).toBe(20);
  expect((await update).removed).toBe(5);
  await one.close();
  expect(await two.item(items[19]!.id)).toMatchObject({ id: items[19]!.id });
  await two.close();
  await expect(two.items({ offset: 0, limit: 1 })).rejects.toThrow("was closed");
});

test("a writer tells what another thread found at its end", async () => {
  const writer = await createIndexWriter({ dir, dimension: 4, fingerprint: "a" });
  const rows = unitRows(200, 4);
  for (let i = 0; i < 200; i++) {
    const item = { id: String(i), title: "", fields: i === 3 ? { wrong: 1n as never } : {} };
    await writer.add(item, rows.subarray(4 * i, 4 * i + 4)).catch(() => undefined);
  }
  await expect(writer.commit()).rejects.toThrow("BigInt");
  await expect(readManifest(dir)).rejects.toThrow("does not exist");
});
