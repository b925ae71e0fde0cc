import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { exampleTitles } from "../lib/example-titles";
import { fieldLine, tellingFields } from "../lib/field-line";
import { gridMove } from "../lib/grid-move";
import { orderSets } from "../lib/run";
import { spreadOrder } from "../lib/spread-order";
import { titleOf } from "../lib/title-of";
import { nearestAspect, webpSize } from "../lib/webp";

describe("arrow keys in a grid of 3 columns and 8 pictures", () => {
  test.each([
    ["ArrowRight", 2, 3],
    ["ArrowRight", 7, 7],
    ["ArrowLeft", 0, 0],
    ["ArrowDown", 1, 4],
    ["ArrowDown", 5, 7], // the last row is short
    ["ArrowDown", 6, 6],
    ["ArrowUp", 4, 1],
    ["ArrowUp", 2, -1],
    ["Home", 5, 0],
    ["End", 0, 7],
    ["a", 3, undefined],
  ])("%s from %d leads to %s", (key, from, to) => {
    expect(gridMove(key, { from, count: 8, columns: 3 })).toBe(to);
  });
});

test("the sample's order visits every picture once", () => {
  for (const count of [1, 2, 6, 12, 100, 1543]) {
    const order = spreadOrder(count);
    const seen = new Set(Array.from({ length: count }, (_, i) => order(i)));
    expect(seen.size).toBe(count);
    expect(Math.max(...seen)).toBe(count - 1);
  }
});

test.each([
  ["lossy", { quality: 80 }],
  ["lossless", { lossless: true }],
])("the size of a %s WebP picture is read from its head", async (_, options) => {
  for (const background of ["#c00", { r: 1, g: 2, b: 3, alpha: 0.5 }]) {
    const channels = typeof background === "string" ? 3 : 4;
    const picture = sharp({ create: { width: 37, height: 21, channels, background } });
    expect(webpSize(await picture.webp(options).toBuffer())).toEqual({ width: 37, height: 21 });
  }
});

test("what is no WebP picture has no size", () => {
  expect(webpSize(new Uint8Array(10))).toBeUndefined();
  expect(
    webpSize(new TextEncoder().encode("RIFF????WEBPnone and some more bytes")),
  ).toBeUndefined();
});

test("a ratio takes the nearest shape", () => {
  expect([0.6, 1.1, 1.4, 1.9].map(nearestAspect)).toEqual([
    "portrait",
    "square",
    "landscape",
    "wide",
  ]);
});

test("examples are short, different, and few", () => {
  const items = ["stop", "stop", "no", "x".repeat(40), "yield", "tunnel"].map((title, i) => ({
    id: String(i),
    title,
    fields: {},
  }));
  expect(exampleTitles(items, 2)).toEqual(["stop", "yield"]);
});

test("a picture without a title is called by its file's name", () => {
  expect(titleOf({ id: "videos/2024/x.jpg", title: " " })).toBe("x.jpg");
  expect(titleOf({ id: "videos/", title: "" })).toBe("videos");
  expect(titleOf({ id: "x", title: " a title " })).toBe("a title");
});

test("in-domain comes before out-of-domain, others after", () => {
  expect(orderSets(["zoo", "outOfDomain", "art", "inDomain"])).toEqual([
    "inDomain",
    "outOfDomain",
    "art",
    "zoo",
  ]);
});

test("a tile tells its fields in one line, without what is too long for one", () => {
  const fields = { year: 1998, country: "Japan", night: true, snow: false, views: 1234567 };
  const names = Object.keys(fields);
  const line = fieldLine(fields, { names, language: "en" });
  expect(line.replaceAll(/[\u2068\u2069]/g, "")).toBe("1998 · Japan · night · 1,234,567");
  expect(line).toContain("\u2068Japan\u2069"); // whatever way it is written, the others stay in their order
  const silent = { page: "https://example.org/a", text: "x".repeat(41), of: "" };
  expect(fieldLine(silent, { names: Object.keys(silent), language: "en" })).toBe("");
});

test("a field that says the same of every picture is not told", () => {
  const field = (name: string, distinct: number, count: number) => ({
    ...{ name, distinct, count, kind: "string" as const },
  });
  const fields = [field("licence", 1, 9), field("kind", 2, 9), field("rare", 1, 3)];
  expect(tellingFields(fields, 9).map(({ name }) => name)).toEqual(["kind", "rare"]);
});
