import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ALLOWED_LICENCES, BASE_PACKAGES, WIDE_PACKAGES } from "../dist/base-packages.js";
import { basePictures } from "../dist/base-set.js";
import { joinTwins } from "../dist/twins.js";

const empty = mkdtempSync(join(tmpdir(), "cliptune-base-"));
afterAll(() => rmSync(empty, { recursive: true, force: true }));
const here = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

test("the base set takes permissive licences only and never OpenMoji", () => {
  for (const { name, licence } of [...BASE_PACKAGES, ...WIDE_PACKAGES]) {
    expect(ALLOWED_LICENCES).toContain(licence);
    expect(name).not.toContain("openmoji");
  }
  expect([...ALLOWED_LICENCES].filter((licence) => /SA|NC|GPL/.test(licence))).toEqual([]);
});

test("pre-training packages are pinned and only those that the demo needs are dependencies", () => {
  const { dependencies } = JSON.parse(here("package.json")) as {
    dependencies: Record<string, string>;
  };
  for (const { name, version } of [...BASE_PACKAGES, ...WIDE_PACKAGES]) {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    if (name !== "@iconify-json/noto") expect(dependencies).not.toHaveProperty([name]);
    else expect(dependencies[name]).toBe(version);
  }
});

test.each(["NOTICE", "../NOTICE"])("%s credits every source of pictures", (file) => {
  const notice = here(file);
  for (const { credit, name, licence } of [...BASE_PACKAGES, ...WIDE_PACKAGES]) {
    expect(notice).toContain(credit);
    expect(notice).toContain(name);
    expect(notice).toContain(licence);
  }
});

test("without the packages it says how to fetch them", async () => {
  await expect(basePictures(empty, { fold: 0 })).rejects.toMatchObject({
    name: "UserError",
    message: expect.stringContaining("npm run base -w data"),
  });
});

test("families are joined through a chain of twins inside one style, never across styles", () => {
  const thumbnail = (family: string, ...pixels: number[]) => ({
    family,
    pixels: Float32Array.from(pixels),
  });
  // Correlation ignores brightness and contrast: b = 2a + 1. c is near b, d is far from all.
  const style = [
    thumbnail("c", 1, 4, 2, 8.1),
    thumbnail("b", 3, 9, 5, 17),
    thumbnail("a", 1, 4, 2, 8),
    thumbnail("d", 8, 2, 4, 1),
  ];
  expect([...joinTwins([style], 0.985)]).toEqual([
    ["b", "a"],
    ["c", "a"],
  ]);
  expect(
    joinTwins(
      style.map((one) => [one]),
      0.985,
    ).size,
  ).toBe(0);
});
