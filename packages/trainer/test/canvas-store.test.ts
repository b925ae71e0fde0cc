import { appendFile, copyFile, open, readdir, readlink, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createCanvasCache } from "../dist/canvas-cache.js";
import { openCanvasStore } from "../dist/canvas-store.js";
import { temporaryDir, writePictures } from "./tiny-world.js";

const size = 24;
const dir = await temporaryDir();
const pictures = await writePictures(join(dir, "pictures"));
const picture = (name: string) => join(pictures, "images", name);
afterAll(() => rm(dir, { recursive: true }));

const faults: string[] = [];
const openStore = (name: string, megabytes = 1) =>
  openCanvasStore(join(dir, name), { size, megabytes, onFault: (text) => faults.push(text) });

/** Loads pictures as one run does; says which had to be decoded. */
async function loadAll(name: string, files: readonly string[], megabytes = 1) {
  const store = await openStore(name, megabytes);
  const decoded: string[] = [];
  const watched: typeof store = {
    ...store,
    put: (key, canvas) => {
      decoded.push(key.toString("hex"));
      store.put(key, canvas);
    },
  };
  const cache = createCanvasCache({ size, megabytes: 0, store: watched });
  const canvases = [];
  for (const file of files) canvases.push(await cache.load(file));
  await store.close();
  return { canvases, decoded: decoded.length };
}

const segmentsOf = async (name: string) => {
  const folder = join(dir, name, `canvases-v1-${size}`);
  return (await readdir(folder)).map((file) => join(folder, file));
};

test("a later run decodes nothing, not even a picture that was renamed, and sees the same canvas", async () => {
  const files = ["red-bar.png", "cyan-circle.png"].map(picture);
  const first = await loadAll("shared", [...files, ...files]);
  expect(first.decoded).toBe(2);
  const renamed = join(dir, "renamed.png");
  await copyFile(files[0]!, renamed);
  const second = await loadAll("shared", [renamed, files[1]!]);
  expect(second.decoded).toBe(0);
  expect(second.canvases).toEqual(first.canvases.slice(0, 2));
});

test("what a kill or a fault of the disk left is decoded again", async () => {
  const files = ["red-bar.png", "cyan-circle.png", "blue-bar.png"].map(picture);
  const whole = await loadAll("damaged", files);
  const paths = await segmentsOf("damaged");
  await appendFile(paths.find((path) => path.endsWith(".index"))!, "half a record");
  const pixels = await open(paths.find((path) => path.endsWith(".pixels"))!, "r+");
  await pixels.write("other bytes", size * size * 3); // in the second picture
  await pixels.truncate(size * size * 3 * 2.5); // and the third is torn
  await pixels.close();
  const again = await loadAll("damaged", files);
  expect(again.decoded).toBe(2);
  expect(again.canvases).toEqual(whole.canvases);
});

test("the disk's share is kept: nothing is added beyond, and the oldest is removed", async () => {
  const files = ["red-bar.png", "cyan-circle.png", "blue-bar.png"].map(picture);
  const one = (size * size * 3 * 1.1) / 1e6; // megabytes
  await loadAll("small", files, one);
  expect((await loadAll("small", files, one)).decoded).toBe(2);
  await loadAll("old", files.slice(0, 1));
  for (const path of await segmentsOf("old")) await utimes(path, 1, 1);
  await loadAll("old", files.slice(1, 2));
  expect(await segmentsOf("old")).toHaveLength(4);
  await loadAll("old", [], one);
  expect(await segmentsOf("old")).toHaveLength(2);
  expect((await loadAll("old", files, one)).decoded).toBe(2); // the second is still there
});

test("a place that cannot be written is one warning, and pictures are decoded all the same", async () => {
  faults.length = 0;
  const inAFile = "pictures/metadata.jsonl/cache";
  const { canvases } = await loadAll(inAFile, ["red-bar.png", "blue-bar.png"].map(picture));
  expect(canvases).toHaveLength(2);
  expect(faults).toEqual([
    expect.stringMatching(/^Decoded pictures are not kept on disk\. .*not a directory/),
  ]);
});

test.skipIf(process.platform !== "linux")(
  "a batch that outlives its run opens no file",
  async () => {
    const file = picture("red-bar.png");
    await loadAll("closed", [file]);
    const store = await openStore("closed");
    const cache = createCanvasCache({ size, megabytes: 0, store });
    await Promise.all([store.close(), cache.load(file)]);
    await cache.load(file);
    const own = "/proc/self/fd";
    const links = (await readdir(own)).map((fd) => readlink(join(own, fd)).catch(() => ""));
    const opened = (await Promise.all(links)).filter((path) =>
      path.startsWith(join(dir, "closed")),
    );
    expect(opened).toEqual([]);
  },
);
