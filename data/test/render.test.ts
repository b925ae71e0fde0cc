import sharp from "sharp";
import { expect, test } from "vitest";
import { enlarge, renderPng } from "../dist/render.js";

async function pixels(svg: string, size: number) {
  const png = await renderPng({ svg }, size);
  if (png === undefined) throw new Error("nothing was drawn");
  const data = await sharp(png).raw().toBuffer();
  return (x: number, y: number) => [...data.subarray(3 * (y * size + x), 3 * (y * size + x) + 3)];
}

test("currentColor is black on white", async () => {
  const svg = '<svg viewBox="0 0 8 8" fill="currentColor"><path d="M0 0h4v8H0z"/></svg>';
  const at = await pixels(svg, 32);
  expect(at(4, 16)).toEqual([0, 0, 0]);
  expect(at(28, 16)).toEqual([255, 255, 255]);
});

test("a wide picture is centred whole: red left, blue right, white above and below", async () => {
  const svg =
    '<svg width="20" height="10"><rect width="10" height="10" fill="#f00"/><rect x="10" width="10" height="10" fill="#00f"/></svg>';
  const at = await pixels(svg, 32);
  expect(at(1, 16)).toEqual([255, 0, 0]);
  expect(at(30, 16)).toEqual([0, 0, 255]);
  expect(at(16, 3)).toEqual([255, 255, 255]);
  expect(at(16, 28)).toEqual([255, 255, 255]);
});

test("a drawing of 24 pixels is as crisp as its vectors: an edge is one pixel wide", async () => {
  const svg = '<svg width="24" height="24"><rect width="12" height="24"/></svg>';
  const at = await pixels(svg, 96);
  expect(at(46, 48)[0]).toBeLessThan(16);
  expect(at(49, 48)[0]).toBeGreaterThan(239);
});

test("a drawing of nothing but white is no picture", async () => {
  const svg = '<svg viewBox="0 0 8 8"><rect width="8" height="8" fill="#fff"/></svg>';
  expect(await renderPng({ svg }, 16)).toBeUndefined();
});

test("an own view box is kept, a missing one is what width and height say", () => {
  expect(enlarge('<svg viewBox="0 0 256 256"><g/></svg>', 512)).toContain(
    'width="512" height="512"',
  );
  expect(enlarge('<svg width="24" height="12"></svg>', 48)).toBe(
    '<svg width="48" height="24" viewBox="0 0 24 12"></svg>',
  );
});
