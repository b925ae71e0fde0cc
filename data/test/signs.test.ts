import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { materialise, setNames } from "@cliptune/data";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { foldOf } from "../dist/fold.js";
import { findPackage } from "../dist/package-files.js";
import { signFamily, signPictures } from "../dist/signs.js";

const root = mkdtempSync(join(tmpdir(), "cliptune-signs-"));
const dir = join(root, "signs");
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Line {
  file_name: string;
  title: string;
  captions: string[];
  family: string;
  split: string;
}

function lines(folder: string): Line[] {
  return readFileSync(join(folder, "metadata.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

describe("the folder of signs", () => {
  beforeAll(async () => {
    await materialise("signs", dir, { size: 16 });
  });

  test("holds 1,543 pictures of 815 titles in 543 families", () => {
    const rows = lines(dir);
    expect(rows).toHaveLength(1543);
    expect(new Set(rows.map((row) => row.title)).size).toBe(815);
    expect(new Set(rows.map((row) => row.family)).size).toBe(543);
    expect(readdirSync(join(dir, "images"))).toHaveLength(1543);
  });

  test("lists files that are square pictures of the asked size, drawn on opaque white", async () => {
    const row = lines(dir).find(({ file_name }) => file_name.includes("warning--wild-animals--g1"));
    const { data, info } = await sharp(join(dir, row?.file_name ?? ""))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 16, height: 16, channels: 3 });
    expect([...data.subarray(0, 3)]).toEqual([255, 255, 255]); // corner beside the triangle
    expect(Math.min(...data)).toBeLessThan(100);
  });

  test("names every sign in the forms people use", () => {
    const row = lines(dir).find(({ file_name }) =>
      file_name.endsWith("/regulatory--no-bicycles--g1.png"),
    );
    expect(row?.title).toBe("no bicycles");
    expect(new Set(row?.captions)).toEqual(
      new Set([
        "no bicycles",
        "no bicycles sign",
        "regulatory sign: no bicycles",
        "traffic sign: no bicycles",
      ]),
    );
  });

  test("is left alone when it is up to date, replaced when the options change", async () => {
    const picture = join(dir, "metadata.jsonl");
    const before = statSync(picture).mtimeMs;
    await materialise("signs", dir, { size: 16 });
    expect(statSync(picture).mtimeMs).toBe(before);
    const held = new Set(
      lines(dir)
        .filter((row) => row.split === "test")
        .map((row) => row.family),
    );
    await materialise("signs", dir, { size: 16, fold: 1 });
    const other = lines(dir).filter((row) => row.split === "test");
    expect(other.length).toBeGreaterThan(100);
    expect(other.filter((row) => held.has(row.family))).toEqual([]);
    expect(readdirSync(root)).toEqual(["signs"]); // nothing half-made is left beside it
  });
});

describe.each([0, 1, 2, 3, 4])("fold %i of the signs", (fold) => {
  const rows = signPictures(findPackage("@rapideditor/mapillary_sprite_source"), fold).map(
    (p) => p.row,
  );
  const trained = rows.filter((row) => row.split === "train");
  const held = rows.filter((row) => row.split !== "train");

  test("shares no family and no title between training and test", () => {
    const families = new Set(trained.map((row) => row.family));
    const titles = new Set(trained.map((row) => row.title));
    expect(held.filter((row) => families.has(row.family) || titles.has(row.title))).toEqual([]);
  });

  test("tests no title with a number", () => {
    expect(held.filter((row) => /\d/.test(row.title))).toEqual([]);
  });

  test("tests one picture a title and keeps the others as variants", () => {
    const tests = held.filter((row) => row.split === "test").map((row) => row.title);
    expect(new Set(tests).size).toBe(tests.length);
    expect(new Set(held.map((row) => row.title)).size).toBe(tests.length);
    expect(tests.length).toBeGreaterThan(100);
  });
});

test("five folds cover all 680 titles without numbers, each once", () => {
  const signs = findPackage("@rapideditor/mapillary_sprite_source");
  const titles = [0, 1, 2, 3, 4].flatMap((fold) =>
    signPictures(signs, fold)
      .filter(({ row }) => row.split === "test")
      .map(({ row }) => row.title),
  );
  expect(titles).toHaveLength(680);
  expect(new Set(titles).size).toBe(680);
});

test("signs that differ in side, number or negation are one family", () => {
  expect(signFamily("no left turn")).toBe(signFamily("turn right"));
  expect(signFamily("maximum speed limit led 80")).toBe(
    signFamily("end of maximum speed limit 120"),
  );
  expect(signFamily("end of buses only")).toBe(signFamily("buses only"));
  expect(signFamily("camel crossing")).not.toBe(signFamily("emu crossing"));
});

test("a fold is md5 of the key modulo 5", () => {
  // 16 = 1 modulo 5, so a hexadecimal number is its digit sum modulo 5; md5("") is well known.
  const digits = [..."d41d8cd98f00b204e9800998ecf8427e"].map((c) => Number.parseInt(c, 16));
  expect(foldOf("")).toBe(digits.reduce((sum, digit) => sum + digit, 0) % 5);
});

describe("a mistaken call", () => {
  test("names the sets there are", async () => {
    await expect(materialise("signals" as "signs", dir)).rejects.toThrow(
      `There is no bundled set "signals"; choose one of ${setNames.join(", ")}`,
    );
  });

  test("never writes over a person's own folder", async () => {
    const own = mkdtempSync(join(root, "own-"));
    writeFileSync(join(own, "holiday.jpg"), "mine");
    await expect(materialise("signs", own)).rejects.toMatchObject({ name: "UserError" });
    expect(readdirSync(own)).toEqual(["holiday.jpg"]);
    rmSync(own, { recursive: true });
  });

  test.each([{ size: 0 }, { size: 9.5 }, { fold: 5 }, { fold: -1 }])(
    "is refused: %o",
    async (options) => {
      const target = join(root, "refused");
      await expect(materialise("signs", target, options)).rejects.toMatchObject({
        name: "UserError",
      });
      expect(existsSync(target)).toBe(false);
    },
  );
});
