import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { copyFile, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openDataSet, readImage } from "@cliptune/datasets";
import sharp from "sharp";
import { afterAll, beforeEach, expect, test } from "vitest";
import { flowerNames } from "../dist/flower-names.js";
import { readMatFile } from "../dist/matlab.js";

const base = mkdtempSync(join(tmpdir(), "cliptune-classes-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const fixture = (name: string) =>
  fileURLToPath(new URL(`./fixtures/flowers/${name}`, import.meta.url));

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(base, "set-"));
});

async function paint(folder: string, names: readonly string[]): Promise<void> {
  mkdirSync(join(dir, folder));
  const square = { width: 8, height: 6, channels: 3, background: "#468" } as const;
  for (const name of names)
    await sharp({ create: square })
      .jpeg()
      .toFile(join(dir, folder, name));
}

/** Kind and pairs; every picture is read. */
async function read() {
  const set = await openDataSet(dir);
  const pairs = [];
  for await (const pair of set.pairs()) {
    expect((await readImage(pair)).length).toBeGreaterThan(100);
    const { id, title, captions, label, split } = pair;
    expect([title, ...captions]).toEqual([label, label]);
    pairs.push([id, label, split]);
  }
  return { kind: set.kind, pairs };
}

test("MATLAB's arrays are read, compressed or not, whatever their numbers' type", async () => {
  expect(await readMatFile(fixture("imagelabels.mat"))).toEqual({
    labels: { dims: [1, 6], data: [77, 1, 1, 102, 77, 102] },
  });
  expect(await readMatFile(fixture("setid.mat"))).toEqual({
    trnid: { dims: [1, 2], data: [1, 2] },
    valid: { dims: [1, 2], data: [3, 6] },
    tstid: { dims: [1, 2], data: [4, 5] },
  });
});

test("a .mat file that is cut short, or none, is one error that names it", async () => {
  const whole = await readFile(fixture("setid.mat"));
  const path = join(dir, "setid.mat");
  writeFileSync(path, whole.subarray(0, whole.length - 20));
  await expect(readMatFile(path)).rejects.toThrow(`${path} is broken (it is cut short)`);
  writeFileSync(path, "labels = 1 2 3");
  await expect(readMatFile(path)).rejects.toThrow(`${path} is no little-endian MATLAB 5 file`);
});

test("Flowers-102 is read in its own layout, its classes by name", async () => {
  for (const name of ["imagelabels.mat", "setid.mat"])
    await copyFile(fixture(name), join(dir, name));
  await paint(
    "jpg",
    Array.from({ length: 6 }, (_, i) => `image_0000${i + 1}.jpg`),
  );
  const pictures = (names: Readonly<Record<number, string>>) => [
    ["jpg/image_00001.jpg", names[77], "train"],
    ["jpg/image_00002.jpg", names[1], "train"],
    ["jpg/image_00003.jpg", names[1], "val"],
    ["jpg/image_00006.jpg", names[102], "val"],
    ["jpg/image_00004.jpg", names[102], "test"],
    ["jpg/image_00005.jpg", names[77], "test"],
  ];
  const known = { 1: "pink primrose", 77: "passion flower", 102: "blackberry lily" };
  expect(await read()).toEqual({ kind: "flowers", pairs: pictures(known) });
  expect(new Set(flowerNames).size).toBe(102);
  const own = Object.fromEntries(flowerNames.map((_, i) => [i + 1, `class ${i + 1}`]));
  writeFileSync(join(dir, "cat_to_name.json"), JSON.stringify(own));
  expect((await read()).pairs).toEqual(pictures(own));
  writeFileSync(join(dir, "cat_to_name.json"), '{"1": "rose"}');
  await expect(read()).rejects.toThrow(/picture 1 of setid\.mat has no class from 1 to 1/);
});

test("FGVC-Aircraft is read in its own layout, and a variant that is not one is named", async () => {
  await paint("images", ["0034309.jpg", "1025794.jpg", "0056978.jpg"]);
  const lists = {
    "variants.txt": "Boeing 707-320\nF/A-18\n",
    "images_variant_train.txt": "0034309 Boeing 707-320\r\n1025794 F/A-18\n",
    "images_variant_trainval.txt": "0034309 Boeing 707-320\n1025794 F/A-18\n",
    "images_variant_test.txt": "0056978 Boeing 707-320\n",
  };
  for (const [name, text] of Object.entries(lists)) writeFileSync(join(dir, name), text);
  expect(await read()).toEqual({
    kind: "aircraft",
    pairs: [
      ["images/0034309.jpg", "Boeing 707-320", "train"],
      ["images/1025794.jpg", "F/A-18", "train"],
      ["images/0056978.jpg", "Boeing 707-320", "test"],
    ],
  });
  writeFileSync(join(dir, "images_variant_test.txt"), "0056978 Concorde\n");
  await expect(read()).rejects.toThrow(/test\.txt, line 1 says "0056978 Concorde"/);
});
