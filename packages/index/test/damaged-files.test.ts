import { createHash } from "node:crypto";
import { open, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openIndex, readManifest } from "@cliptune/index";
import { beforeEach, describe, expect, test } from "vitest";
import { checkHnswFile } from "../dist/hnsw-file.js";
import { opened, temporaryDir, writeSeededIndex } from "./seeded.js";

const names = ["vectors.f32", "vectors.hnsw", "items.sqlite"];

let dir: string;
let home: string;
beforeEach(async () => {
  dir = join(await temporaryDir(), "index");
  await writeSeededIndex(dir, 80);
  home = join(dir, "versions", (await readManifest(dir)).version);
});

async function flipBit(path: string, position: number): Promise<void> {
  const file = await open(path, "r+");
  const byte = new Uint8Array(1);
  await file.read(byte, 0, 1, position);
  byte[0]! ^= 1;
  await file.write(byte, 0, 1, position);
  await file.close();
}

/** The message, if `openIndex` fails as it should. */
async function refusal(): Promise<string> {
  const error = await openIndex(dir).then(
    () => new Error("the index was opened"),
    (reason: Error) => reason,
  );
  expect(error.name).toBe("UserError");
  return error.message;
}

describe.each([...names, "thumbnails.pack"])("%s", (name) => {
  test("missing is refused by name", async () => {
    await rm(join(home, name));
    expect(await refusal()).toMatch(new RegExp(`${name} is missing`));
  });
  test("truncated is refused by name", async () => {
    await truncate(join(home, name), 100);
    expect(await refusal()).toContain(`${name} has 100 bytes`);
  });
});

test.each(names)("%s with one bit flipped is refused by name", async (name) => {
  for (const position of [0, 41, 1000]) {
    await flipBit(join(home, name), position);
    expect(await refusal()).toContain(`${name} was changed`);
    await flipBit(join(home, name), position);
  }
  await (await openIndex(dir)).close();
});

test("a thumbnail with one bit flipped is refused when it is read", async () => {
  await flipBit(join(home, "thumbnails.pack"), 4);
  const index = await opened(dir);
  await expect(index.thumbnail("id-0")).rejects.toThrow("thumbnails.pack was changed");
  expect(await index.thumbnail("id-1")).toHaveLength(9);
});

test("another index's file is refused by name", async () => {
  const other = `${dir}-other`;
  await writeSeededIndex(other, 80, { dimension: 32 });
  const foreign = join(other, "versions", (await readManifest(other)).version, "vectors.hnsw");
  await writeFile(join(home, "vectors.hnsw"), await readFile(foreign));
  expect(await refusal()).toContain("vectors.hnsw has");
  await expect(checkHnswFile(foreign, { dimension: 16, count: 80, m: 16 })).rejects.toThrow(
    "not a complete hnswlib file of 80 vectors of dimension 16",
  );
});

test("a graph cut short by a full disk is seen though hnswlib says nothing", async () => {
  const path = join(home, "vectors.hnsw");
  const shape = { dimension: 16, count: 80, m: 16 };
  await checkHnswFile(path, shape);
  const whole = await readFile(path);
  for (const bytes of [0, 50, 96, 4000, whole.length - 1]) {
    await writeFile(path, whole.subarray(0, bytes));
    await expect(checkHnswFile(path, shape)).rejects.toThrow("not a complete hnswlib file");
  }
});

describe("manifest.json", () => {
  const path = () => join(dir, "manifest.json");

  test("missing, truncated and foreign ones are refused by name", async () => {
    const whole = await readFile(path(), "utf8");
    await writeFile(path(), whole.slice(0, 200));
    expect(await refusal()).toContain("manifest.json is not a JSON object");
    await writeFile(path(), '{"name": "web app"}');
    expect(await refusal()).toContain("manifest.json is not the manifest of a cliptune index");
    await rm(path());
    expect(await refusal()).toContain("manifest.json does not exist");
  });

  test("an edited one is refused", async () => {
    const whole = await readFile(path(), "utf8");
    await writeFile(path(), whole.replace('"dimension": 16', '"dimension": 17'));
    expect(await refusal()).toContain("its checksum is wrong");
  });

  test.each([
    [1, /format version 1, of an older cliptune; .*cliptune index build FOLDER --out/],
    [4, /format version 4; this cliptune reads 3. Update/],
  ])("format %i is refused with both versions", async (version, message) => {
    const { checksum: _, ...manifest } = JSON.parse(await readFile(path(), "utf8"));
    const other = { ...manifest, formatVersion: version };
    const checksum = createHash("sha256").update(JSON.stringify(other)).digest("hex");
    await writeFile(path(), JSON.stringify({ ...other, checksum }));
    expect(await refusal()).toMatch(message);
  });

  test("a damaged index can be built again", async () => {
    await writeFile(path(), "{");
    await writeSeededIndex(dir, 20);
    expect((await opened(dir)).manifest.count).toBe(20);
  });
});

test("another model's fingerprint is refused with the command that mends it", async () => {
  await writeSeededIndex(dir, 20, {
    source: "photos",
    model: { name: "tiny", path: "/models/tiny", adapter: "/runs/a/best", strength: 0.5 },
  });
  await expect(openIndex(dir, { fingerprint: "model-b" })).rejects.toThrow(
    /made by another model \(tiny with \/runs\/a\/best, strength 0.5\).*cliptune index reindex --index/,
  );
  expect((await opened(dir, { fingerprint: "model-a" })).manifest.count).toBe(20);
});
