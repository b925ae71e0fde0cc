import { copyFileSync, cpSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { readManifest } from "@cliptune/index";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { expectError } from "./repository/expect-error.js";
import { emptyFolder, outcomeOf, runCli, startCli, untilPrinted } from "./repository/run-cli.js";
import { drawPictures, randomModel } from "./repository/small-world.js";

const folder = emptyFolder("index-commands");
const index = join(folder, "index");
const pictures = join(folder, "pictures");
const images = join(pictures, "images");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  await drawPictures(pictures);
  rmSync(join(pictures, "metadata.jsonl")); // a folder of pictures alone
  const model = await randomModel(folder, { hidden_size: 32, num_hidden_layers: 1 });
  const { code } = await runCli(["index", "build", images, "--model", model, "--out", index]);
  expect(code).toBe(0);
});

test("an update counts what it did, and leaves an index that is as its folder is", async () => {
  copyFileSync(join(images, "red-ring.png"), join(images, "another.png"));
  rmSync(join(images, "red-bar.png"));
  const update = ["index", "update", images, "--index", index, "--json"];
  const first = await runCli(update);
  expect(first.stderr).not.toContain("left out");
  expect(JSON.parse(first.stdout)).toMatchObject({
    ...{ dir: index, count: 36, added: 1, removed: 1, kept: 35 },
    ...{ changed: 0, retold: 0, skipped: 0, compacted: false },
  });
  const { version } = await readManifest(index);
  expect(JSON.parse((await runCli(update)).stdout)).toMatchObject({ kept: 36, added: 0 });
  expect((await readManifest(index)).version).toBe(version);
  const nowhere = join(folder, "nowhere");
  expectError(await runCli(["index", "update", images, "--index", nowhere]), /is not an index/);
  expectError(await runCli(["index", "watch", nowhere, "--index", index]), /There is no folder/);
});

test("watching updates after a change, a line each, and Ctrl-C ends it well", async () => {
  const { count } = await readManifest(index);
  const child = startCli(["index", "watch", images, "--index", index, "--json"]);
  const outcome = outcomeOf(child);
  await untilPrinted(child, "Watching");
  const added = untilPrinted(child, `${count + 1} pictures: 1 new`);
  cpSync(join(images, "blue-bar.png"), join(images, "copy.png"));
  await added;
  await vi.waitFor(async () => expect((await readManifest(index)).count).toBe(count + 1));
  child.kill("SIGINT");
  const { code, stdout, stderr } = await outcome;
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ dir: index, count: count + 1, updates: 1 });
  expect(stderr).toMatch(/^Watching .*\n(index .*\n)?\S+ \d+ pictures: 1 new, .*\n\nStopping.*\n$/);
}, 60_000);

test("an index is made anew with another model, and searched with it at once", async () => {
  const { fingerprint, count } = await readManifest(index);
  const other = join(folder, "other");
  mkdirSync(other);
  const model = await randomModel(other, { hidden_size: 48, num_hidden_layers: 1 });
  rmSync(join(images, "red-cross.png"));
  const { code, stdout } = await runCli(["index", "reindex", "--index", index, "--model", model]);
  expect(code).toBe(0);
  expect(stdout).toContain(`${count} pictures in ${index}`);
  expect(stdout).toContain("1 from thumbnails, without their files");
  const manifest = await readManifest(index);
  expect(manifest).toMatchObject({ count, dimension: 48, model: { path: model } });
  expect(manifest.fingerprint).not.toBe(fingerprint);
  const found = await runCli(["search", "red ring", "-k", "3", "--index", index, "--json"]);
  expect(JSON.parse(found.stdout).hits).toHaveLength(3);
  const again = await runCli(["index", "reindex", "--index", index, "--json"]);
  expect(JSON.parse(again.stdout)).toMatchObject({ count, fingerprint: manifest.fingerprint });
}, 60_000);

test("a map is made once for a version, and says what it holds", async () => {
  const { version, count } = await readManifest(index);
  const { code, stdout } = await runCli(["index", "map", index, "--json"]);
  expect(code).toBe(0);
  const told = JSON.parse(stdout) as { gap: number };
  expect(told).toMatchObject({ dir: index, pictures: count, titles: count, count });
  expect(told.gap).toBeGreaterThan(0);
  const written = statSync(join(index, "versions", version, "map.json")).mtimeMs;
  const again = await runCli(["index", "map", "--index", index]);
  expect(again.stdout).toMatch(/^\d+ pictures and \d+ titles on the map, modality gap \d\.\d\d\n/);
  expect(statSync(join(index, "versions", version, "map.json")).mtimeMs).toBe(written);
  expectError(await runCli(["index", "map", pictures]), /is not an index/);
  const twice = await runCli(["index", "map", pictures, "--index", index]);
  expect(twice).toMatchObject({ code: 2, stderr: expect.stringContaining("leave one out") });
}, 60_000);

test("an index whose vectors LanceDB holds is built, updated, made anew and searched", async () => {
  const lance = join(folder, "lance");
  const far = join(folder, "far");
  const { model } = await readManifest(index);
  const args = ["index", "build", images, "--model", model!.path, "--out", lance];
  const built = await runCli([...args, "--store", "lancedb", "--vectors", far, "--json"]);
  expect(built.code).toBe(0);
  const { count } = JSON.parse(built.stdout) as { count: number };
  copyFileSync(join(images, "blue-bar.png"), join(images, "one-more.png"));
  const update = await runCli(["index", "update", images, "--index", lance, "--json"]);
  expect(JSON.parse(update.stdout)).toMatchObject({ count: count + 1, added: 1 });
  const anew = await runCli(["index", "reindex", "--index", lance]);
  expect(anew.code).toBe(0);
  expect(await readManifest(lance)).toMatchObject({ store: "lancedb", lance: { uri: far } });
  const found = await runCli(["search", "blue bar", "-k", "3", "--index", lance, "--json"]);
  expect(JSON.parse(found.stdout).hits).toHaveLength(3);
  const unknown = await runCli([...args, "--store", "lance"]);
  expect(unknown).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("did you mean lancedb"),
  });
  const tight = await runCli([...args, "--memory", "0.01"]);
  expectError(tight, /needs .* GB of memory, and 0.0100 GB are allowed.*--store lancedb/);
  const misplaced = await runCli([...args, "--vectors", far]);
  expect(misplaced).toMatchObject({ code: 2, stderr: expect.stringContaining("--store lancedb") });
}, 60_000);

test("an index is exported, and imported with the model that made it", async () => {
  const embeddings = join(folder, "embeddings");
  const { count, model } = await readManifest(index);
  const args = ["index", "export", "--index", index, "--out", embeddings];
  const bad = await runCli([...args, "--format", "faiss"]);
  expect(bad).toMatchObject({ code: 2, stderr: expect.stringContaining("clip-retrieval or npy") });
  const written = await runCli([...args, "--format", "clip-retrieval", "--texts", "--json"]);
  expect(JSON.parse(written.stdout)).toMatchObject({ count, out: embeddings });
  expect(readdirSync(embeddings).sort()).toEqual(["img_emb", "metadata", "text_emb"]);
  const imported = join(folder, "imported");
  const read = ["index", "import", embeddings, "--out", imported, "--json"];
  expect(JSON.parse((await runCli(read)).stdout)).toMatchObject({ count, model: null });
  expectError(await runCli(["search", "red ring", "--index", imported]), /unknown model/);
  const known = await runCli([...read, "--model", model!.path, "--store", "exact"]);
  expect(JSON.parse(known.stdout)).toMatchObject({ count, store: "flat" });
  const found = await runCli(["search", "red ring", "-k", "3", "--index", imported, "--json"]);
  const reference = await runCli(["search", "red ring", "-k", "3", "--index", index, "--json"]);
  const ids = (text: string) => (JSON.parse(text).hits as { id: string }[]).map(({ id }) => id);
  expect(ids(found.stdout)).toEqual(ids(reference.stdout));
}, 60_000);
