import { describe, expect, test } from "vitest";
import { fitCamera, isInside, panned, type Spot, toScreen, toWorld, zoomed } from "../lib/camera";
import { readMapQuery, writeMapQuery } from "../lib/map";
import { colourBy } from "../lib/map-colours";
import { copySquare, fillBox, mixedWith, type Raster, strokeBox } from "../lib/raster";

const size = { width: 400, height: 200 };

describe("the camera", () => {
  const points = [-3, 1, 5, 2, 0, 9];
  const whole = fitCamera(points, size);

  test("sees every point at first", () => {
    for (let i = 0; i < points.length; i += 2) {
      const [x, y] = toScreen(whole, size, [points[i]!, points[i + 1]!]);
      expect(x > 0 && x < 400 && y > 0 && y < 200).toBe(true);
    }
    expect(Number.isFinite(fitCamera([2, 2], size).scale)).toBe(true);
    expect(Number.isFinite(fitCamera([], size).scale)).toBe(true);
  });

  test("screen and world are each other's inverse, y upwards", () => {
    const spot: Spot = [1.5, 4];
    const [x, y] = toWorld(whole, size, toScreen(whole, size, spot));
    expect([x, y].map((value) => value.toFixed(9))).toEqual(["1.500000000", "4.000000000"]);
    expect(toScreen(whole, size, [0, 9])[1]).toBeLessThan(toScreen(whole, size, [0, 1])[1]);
  });

  test("zooming keeps the place under the pointer, within bounds; dragging moves by pixels", () => {
    const at: Spot = [70, 150];
    const before = toWorld(whole, size, at);
    const near = zoomed(whole, { factor: 3, at, size, whole });
    expect(near.scale).toBeCloseTo(3 * whole.scale);
    const after = toWorld(near, size, at);
    for (const axis of [0, 1] as const) expect(after[axis]).toBeCloseTo(before[axis], 9);
    expect(zoomed(whole, { factor: 1e9, at, size, whole }).scale).toBeCloseTo(400 * whole.scale);
    expect(zoomed(whole, { factor: 1e-9, at, size, whole }).scale).toBeCloseTo(whole.scale / 3);
    const [x, y] = toScreen(panned(whole, 30, -20), size, before);
    expect([x, y].map(Math.round)).toEqual([100, 130]);
  });
});

test("a lasso holds what is inside, hollows left out", () => {
  const horseshoe: Spot[] = [
    [0, 0],
    [10, 0],
    [10, 10],
    [7, 10],
    [7, 3],
    [3, 3],
    [3, 10],
    [0, 10],
  ];
  const held = (
    [
      [1, 9],
      [8, 9],
      [5, 1],
    ] as Spot[]
  ).map((spot) => isInside(horseshoe, spot));
  const not = (
    [
      [5, 8],
      [-1, 5],
      [11, 5],
      [5, 11],
    ] as Spot[]
  ).map((spot) => isInside(horseshoe, spot));
  expect([held, not]).toEqual([
    [true, true, true],
    [false, false, false, false],
  ]);
  expect(isInside([], [0, 0])).toBe(false);
});

describe("colours", () => {
  test("go to the commonest six values; the rest is told apart from no value", () => {
    const values = [..."aaabbbccddeefgh", null];
    const { groups, groupOf } = colourBy({ name: "letter", kind: "string", values });
    expect(groups.map(({ label, count, rest }) => rest ?? `${label}${count}`)).toEqual(
      "a3 b3 c2 d2 e2 f1 other none".split(" "),
    );
    expect(groups.map(({ count }) => count).slice(6)).toEqual([2, 1]);
    expect([...groupOf.slice(-4)]).toEqual([5, 6, 6, 7]);
  });

  test("of numbers and dates are five ranges of about as many each", () => {
    const years = Array.from({ length: 100 }, (_, i) => 1900 + i);
    const { groups } = colourBy({ name: "year", kind: "number", values: [...years, null] });
    expect(groups.map(({ count }) => count)).toEqual([20, 20, 20, 20, 20, 0, 1]);
    const dates = ["2021-01-01", "2022-05-05", "2022-05-05"];
    const few = colourBy({ name: "day", kind: "date", values: dates }).groups;
    expect(few.filter(({ count }) => count > 0).map(({ label }) => label)).toEqual([
      "2021-01-01",
      "2022-05-05",
    ]);
    expect(colourBy({ name: "none", kind: "number", values: [null] }).groups).toHaveLength(2);
  });
});

describe("drawing pixel by pixel", () => {
  const blank = (width: number, height: number): Raster => {
    return { width, height, pixels: new Uint32Array(width * height) };
  };
  const rows = ({ width, pixels }: Raster) =>
    [...pixels].join("").match(new RegExp(`.{${width}}`, "g"));

  test("boxes and their lines end at the edge", () => {
    const raster = blank(4, 3);
    fillBox(raster, { x: -2, y: 1, width: 4, height: 9 }, 7);
    fillBox(raster, { x: 9, y: 0, width: 2, height: 2 }, 8);
    expect(rows(raster)).toEqual(["0000", "7700", "7700"]);
    const lines = blank(5, 4);
    strokeBox(lines, { x: 1, y: 0, width: 4, height: 4 }, { colour: 1, thick: 1 });
    expect(rows(lines)).toEqual(["01111", "01001", "01001", "01111"]);
  });

  test("squares are copied from where they lie, in part at an edge", () => {
    const source = { width: 4, height: 2, pixels: Uint32Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
    const raster = blank(3, 3);
    copySquare(raster, { source, x: 2, y: 0 }, { x: 0, y: 1, size: 2 });
    copySquare(raster, { source, x: 0, y: 0 }, { x: 2, y: -1, size: 2 });
    copySquare(raster, { source, x: 0, y: 0 }, { x: -2, y: 0, size: 2 });
    expect(rows(raster)).toEqual(["005", "340", "780"]);
  });

  test("what is pale is a mixture, byte by byte", () => {
    const source = { width: 1, height: 1, pixels: Uint32Array.of(0xff_00_64_c8) };
    const { pixels } = mixedWith(source, 0xff_ff_64_00, 0.5);
    expect([...new Uint8Array(pixels.buffer)]).toEqual([100, 100, 127, 255]);
  });
});

test("an address keeps view, field and queries, and takes no nonsense", () => {
  const query = { view: "plane", field: "colour", pins: ["a b", "c"] } as const;
  const address = writeMapQuery(query);
  expect(address).toBe("?view=plane&field=colour&q=a+b&q=c");
  expect(readMapQuery(new URLSearchParams(address))).toEqual(query);
  const odd = readMapQuery(
    new URLSearchParams(
      `view=x&${"q=1&q=1&q=&".repeat(2)}${Array.from({ length: 20 }, (_, i) => `q=n${i}`).join("&")}`,
    ),
  );
  expect([odd.view, odd.field, odd.pins.length]).toEqual(["neighbours", undefined, 8]);
  expect(writeMapQuery({ view: "neighbours", field: undefined, pins: [] })).toBe("");
});
