import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { buildIndex, readManifest, reindex, updateIndex } from "@cliptune/index";
import sharp from "sharp";
import { beforeEach, expect, test } from "vitest";
import { colourEncoder, preprocessing } from "./colour-encoder.mjs";
import { type Drawing, drawPictures, freshPictures } from "./pictures.js";
import { opened, seededNumbers, temporaryDir } from "./seeded.js";

let root: string;
let dir: string;
let items: Drawing[];
beforeEach(async () => {
  ({ root, dir, items } = await freshPictures(30));
});

const build = (given = items) =>
  buildIndex({
    ...{ items: given, encoder: colourEncoder, preprocessing, dir, source: "drawings" },
    model: { path: root },
  });
const update = (given: readonly Drawing[], more: object = {}) =>
  updateIndex({ items: given, encoder: colourEncoder, preprocessing, dir, ...more });

async function titles(): Promise<string[]> {
  const index = await opened(dir);
  return (await index.items({ offset: 0, limit: 1000 })).map(({ title }) => title);
}

test("adds what is new, encodes what changed, drops what is gone, and leaves the rest", async () => {
  const before = await build();
  const another = await sharp({ create: { width: 9, height: 9, channels: 3, background: "red" } })
    .png()
    .toBuffer();
  await writeFile(items[3]!.image, another);
  const [fresh] = await drawPictures(await temporaryDir(), 1);
  const wanted = [
    ...items.slice(1, 29).map((item, i) => (i === 4 ? { ...item, title: "told anew" } : item)),
    { ...fresh!, id: "fresh", title: "fresh" },
  ];
  const report = await update(wanted);
  expect(report).toMatchObject({ added: 1, changed: 1, retold: 1, removed: 2, kept: 26 });
  expect(report).toMatchObject({ skipped: 0, compacted: false });
  const { manifest } = report;
  expect(manifest).toMatchObject({ count: 29, rows: 32, indexed: 30, fingerprint: "colours" });
  expect(manifest.version).not.toBe(before.version);
  expect(await readdir(join(dir, "versions"))).toEqual([manifest.version]);

  const index = await opened(dir, { exactBelow: 0, exactShare: 2 });
  expect(await index.item(items[0]!.id)).toBeUndefined();
  expect(await index.item(items[5]!.id)).toMatchObject({ title: "told anew" });
  for (const id of ["fresh", items[3]!.id, items[9]!.id]) {
    const [hit] = await index.search((await index.vector(id))!, 1);
    expect(hit!.score).toBeCloseTo(1, 4);
    expect((await sharp(await index.thumbnail(id)).metadata()).format).toBe("webp");
  }
  const all = await index.search((await index.vector("fresh"))!, 100);
  expect(new Set(all.map(({ id }) => id))).toEqual(new Set(wanted.map(({ id }) => id)));
  const found = await index.query(
    { vector: (await index.vector("fresh"))!, words: "anew" },
    { k: 1, hybrid: 1, filter: [{ field: "title", contains: "anew" }] },
  );
  expect(found.hits.map(({ title }) => title)).toEqual(["told anew"]);
});

test("an index with nothing to do stays the version it is, though its files were touched", async () => {
  const { version } = await build();
  for (const { image } of items) await utimes(image, 1e9, 1e9);
  const report = await update(items);
  expect(report).toMatchObject({ kept: 30, added: 0, changed: 0, removed: 0 });
  expect((await readManifest(dir)).version).toBe(version);
});

test("many updates give what one build gives, and removed rows go when they are many", async () => {
  await build(items.slice(0, 20));
  const sizes = [];
  for (const start of [2, 4, 6, 8, 10]) {
    const report = await update(items.slice(start, start + 20));
    sizes.push([report.compacted, report.manifest.rows]);
  }
  expect(sizes).toEqual([
    [false, 22],
    [false, 24],
    [true, 20],
    [false, 22],
    [false, 24],
  ]);
  const updated = await opened(dir);
  await cp(dir, `${dir}-updated`, { recursive: true });
  await build(items.slice(10));
  const built = await opened(dir);
  for (const { id } of items.slice(10)) {
    const vector = (await built.vector(id))!;
    expect(await updated.vector(id)).toEqual(vector);
    const scores = async (index: typeof built) =>
      (await index.search(vector, 20)).map(({ score }) => Math.round(score * 1e5));
    expect(await scores(updated)).toEqual(await scores(built));
  }
});

test("another model, a damaged file and an update to nothing are refused, and nothing changes", async () => {
  const { version } = await build();
  const other = { ...colourEncoder, fingerprint: "others" };
  await expect(update(items, { encoder: other })).rejects.toThrow(/made by another model/);
  await expect(update([])).rejects.toThrow("No picture would be left");
  await expect(updateIndex({ ...none(), dir: join(root, "nowhere") })).rejects.toThrow(
    "is not an index",
  );
  const path = join(dir, "versions", version, "vectors.f32");
  const bytes = await readFile(path);
  bytes[40]! ^= 1;
  await writeFile(path, bytes);
  await expect(update(items.slice(1))).rejects.toThrow("vectors.f32 was changed");
  expect((await readManifest(dir)).version).toBe(version);
});

const none = () => ({ items: [], encoder: colourEncoder, preprocessing });

test("pictures that can't be read are left out and counted", async () => {
  await build();
  await rm(items[2]!.image);
  const report = await update(items);
  expect(report).toMatchObject({ changed: 1, skipped: 1, kept: 29 });
  expect(report.manifest.count).toBe(29);
  expect(await titles()).not.toContain(items[2]!.title);
});

test("a picture that stays broken is tried again only when it has changed", async () => {
  const whole = await readFile(items[2]!.image);
  await writeFile(items[2]!.image, whole.subarray(0, 100));
  await rm(items[4]!.image);
  const built = await build();
  expect(built).toMatchObject({ count: 28, skipped: 2 });
  const still = await update(items);
  expect(still).toMatchObject({ added: 0, skipped: 0, broken: 2, kept: 28 });
  expect(still.manifest.version).toBe(built.version);
  await writeFile(items[2]!.image, whole.subarray(0, 99)); // broken otherwise
  const tried = await update(items.slice(1));
  expect(tried).toMatchObject({ added: 1, removed: 1, skipped: 1, broken: 1 });
  expect(tried.manifest).toMatchObject({ count: 27, skipped: 2 });
  await expect(update(items.slice(1), { strict: true })).rejects.toThrow("could not be read");
  await reindex({ dir, encoder: colourEncoder, preprocessing, model: { path: root } });
  expect(await update(items.slice(1))).toMatchObject({ added: 0, broken: 2 });
  await writeFile(items[2]!.image, whole);
  const mended = await update(items.slice(1));
  expect(mended).toMatchObject({ added: 1, skipped: 0, broken: 1, kept: 27 });
  expect(await titles()).toContain(items[2]!.title);
});

test("kill -9 at twenty random moments of updates leaves the old or the new index, whole", async () => {
  const fixed = await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
    .png()
    .toBuffer();
  await buildIndex({
    ...{ items: [{ id: "first", image: fixed, title: "set 1" }], dir, model: { path: root } },
    ...{ encoder: colourEncoder, preprocessing },
  });
  const next = seededNumbers(7);
  let inside = 0;
  for (let moment = 0; moment < 20; moment++) {
    const child = start(dir);
    // At a random share of an update's own time, however busy the machine is.
    await once(child.stdout!, "data");
    const begun = performance.now();
    await once(child.stdout!, "data");
    await wait(next() * (performance.now() - begun));
    child.kill("SIGKILL");
    await once(child, "exit");
    const index = await opened(dir);
    const names = new Set((await index.items({ offset: 0, limit: 100 })).map(({ title }) => title));
    expect(names.size).toBe(1); // never a mixture of two sets
    expect(index.manifest.count).toBe(60);
    const hits = await index.search((await index.vector("id-7"))!, 100);
    expect(hits).toHaveLength(60);
    for (const { id } of hits) expect(await index.thumbnail(id)).toBeDefined();
    if ((await readdir(join(dir, "versions"))).length > 1) inside++;
  }
  expect(inside).toBeGreaterThan(0); // else no kill fell into an update, and nothing was shown
}, 300_000); // twenty processes with their threads, where other programs run

function start(index: string): ChildProcess {
  const path = fileURLToPath(new URL("update-child.mjs", import.meta.url));
  return spawn(process.execPath, [path, index], { stdio: ["ignore", "pipe", "inherit"] });
}
