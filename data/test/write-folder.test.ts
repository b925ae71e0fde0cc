import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Art, Picture } from "../dist/picture.js";
import { writeFolder } from "../dist/write-folder.js";

const root = mkdtempSync(join(tmpdir(), "cliptune-folder-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const options = { size: 16, versions: ["drawings@1.0.0"] };
const square = { svg: '<svg viewBox="0 0 2 2"><path d="M0 0h1v2H0z"/></svg>' };

function picture(title: string, art: Art = square): Picture {
  const row = { title, captions: [title], family: title, split: "train" };
  const rest = { category: "", source: "drawings", licence: "MIT" };
  return { art, row: { file_name: `images/${title}.png`, ...row, ...rest } };
}

test("a drawing that fails leaves the folder as it was and nothing beside it", async () => {
  const dir = join(root, "set");
  await writeFolder(dir, [picture("a")], options);
  const before = readFileSync(join(dir, "metadata.jsonl"), "utf8");
  const broken = picture("b", { file: join(root, "missing.webp") });
  await expect(writeFolder(dir, [picture("a"), broken], options)).rejects.toThrow(/missing\.webp/);
  expect(readFileSync(join(dir, "metadata.jsonl"), "utf8")).toBe(before);
  expect(readdirSync(root)).toEqual(["set"]);
});

test("what a killed process left half-made is cleared away, the work of a running one is not", async () => {
  const dir = join(root, "cleared");
  mkdirSync(`${dir}.partial-999999999-aaaa/images`, { recursive: true }); // above the greatest process id
  mkdirSync(`${dir}.partial-${process.ppid}-bbbb`, { recursive: true });
  await writeFolder(dir, [picture("a")], options);
  const left = readdirSync(root).filter((name) => name.startsWith("cleared"));
  expect(left.sort()).toEqual(["cleared", `cleared.partial-${process.ppid}-bbbb`]);
});

test("an all-white drawing has no line and no file", async () => {
  const dir = join(root, "white");
  const blank = picture("blank", { svg: '<svg viewBox="0 0 2 2"></svg>' });
  expect((await writeFolder(dir, [picture("a"), blank], options)).count).toBe(1);
  expect(readdirSync(join(dir, "images"))).toEqual(["a.png"]);
  expect(readFileSync(join(dir, "metadata.jsonl"), "utf8").trimEnd().split("\n")).toHaveLength(1);
});

test("two writers of one folder at once end with one whole folder", async () => {
  const dir = join(root, "twice");
  const pictures = Array.from({ length: 20 }, (_, i) => picture(`p${i}`));
  const results = await Promise.all([
    writeFolder(dir, pictures, options),
    writeFolder(dir, pictures, options),
  ]);
  expect(results).toEqual([
    { dir, count: 20 },
    { dir, count: 20 },
  ]);
  expect(readdirSync(root).filter((name) => name.startsWith("twice"))).toEqual(["twice"]);
  expect(readdirSync(join(dir, "images"))).toHaveLength(20);
});
