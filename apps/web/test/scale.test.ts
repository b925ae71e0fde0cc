import { describe, expect, test } from "vitest";
import { linePath } from "../components/chart/line-path";
import { nearestPoint, nearestX } from "../components/chart/series";
import { extentOf, formatNumber, linearScale, niceAxis, niceStep, niceTicks } from "../lib/scale";
import { smooth } from "../lib/smooth";
import { uniformityFloor } from "../lib/uniformity-floor";

test("a linear scale maps ends to ends and the middle to the middle", () => {
  const scale = linearScale([-1, 3], [200, 0]);
  expect([-1, 1, 3].map(scale)).toEqual([200, 100, 0]);
  expect(linearScale([2, 2], [0, 10])(2)).toBe(5);
});

describe("nice steps", () => {
  test.each([
    [10, 5, 2],
    [1, 5, 0.2],
    [0.9, 5, 0.2],
    [7, 5, 2],
    [4e-3, 5, 1e-3],
    [400, 4, 100],
  ])("a width of %d in about %d parts is cut every %d", (width, count, step) => {
    expect(niceStep(width, count)).toBeCloseTo(step, 12);
  });

  test("ticks are exact decimals within the domain", () => {
    expect(niceTicks([0, 0.3], 3)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(niceTicks([0, 410], 4)).toEqual([0, 200, 400]);
    expect(niceTicks([5, 5], 4)).toEqual([5]);
  });

  test("an axis holds all values and begins and ends with a tick", () => {
    for (const [least, most] of [
      [-2.48, -1.53],
      [0, 0.523],
      [1e-6, 1e-3],
      [-3, 17],
    ] as const) {
      const { domain, ticks } = niceAxis([least, most], 5);
      expect(domain[0]).toBeLessThanOrEqual(least);
      expect(domain[1]).toBeGreaterThanOrEqual(most);
      expect([ticks[0], ticks.at(-1)]).toEqual([...domain]);
      expect(ticks.length).toBeGreaterThanOrEqual(3);
      expect(ticks.length).toBeLessThanOrEqual(8);
    }
  });

  test("an axis of one value leaves room around it", () => {
    const [least, most] = niceAxis([2, 2], 5).domain;
    expect(least).toBeLessThan(2);
    expect(most).toBeGreaterThan(2);
  });
});

test("the extent passes over what is not finite", () => {
  expect(extentOf([Number.NaN, 2, -1, Number.POSITIVE_INFINITY])).toEqual([-1, 2]);
  expect(extentOf([Number.NaN])).toBeUndefined();
});

test("numbers are short and carry a true minus sign", () => {
  expect([0, 1234.5, 0.25, -3.984, 2e-5, 12].map(formatNumber)).toEqual([
    "0",
    "1,235",
    "0.25",
    "−3.98",
    "2e−5",
    "12",
  ]);
});

test("smoothing keeps a constant as it is, from the first point on", () => {
  const flat = [1, 2, 3].map((x) => ({ x, y: 5 }));
  for (const { y } of smooth(flat, 0.9)) expect(y).toBeCloseTo(5, 12);
});

test("smoothing weighs the newest by 1 - weight", () => {
  const [, second] = smooth(
    [
      { x: 0, y: 0 },
      { x: 1, y: 3 },
    ],
    0.5,
  );
  expect(second?.y).toBeCloseTo((0.5 * 3) / 0.75, 12); // (0.25 * 0 + 0.5 * 3) / (1 - 0.25)
});

test("the read-out finds the nearest step of any line", () => {
  const line = (...xs: number[]) => xs.map((x) => ({ x, y: x }));
  expect(nearestPoint(line(0, 10, 20), 14)).toEqual({ x: 10, y: 10 });
  expect(nearestPoint(line(0, 10, 20), 99)).toEqual({ x: 20, y: 20 });
  expect(nearestPoint([], 1)).toBeUndefined();
  const series = [line(0, 40), line(13)].map((points) => ({
    name: "",
    tone: "accent" as const,
    points,
  }));
  expect(nearestX(series, 30, (x) => 2 * x)).toBe(13);
});

test("a value that is missing leaves a gap in the line", () => {
  const same = (value: number) => value;
  const points = [
    { x: 0, y: 1 },
    { x: 1, y: Number.NaN },
    { x: 2, y: 3 },
    { x: 3, y: 4 },
  ];
  expect(linePath(points, same, same)).toBe("M0.0 1.0M2.0 3.0L3.0 4.0");
});

test("uniformity's floor is -3.98 at 512 dimensions and exact on the circle", () => {
  expect(uniformityFloor(512)).toBeCloseTo(-3.98, 2);
  const angles = Array.from({ length: 3600 }, (_, i) => (i * Math.PI) / 1800); // D = 2, by quadrature
  const mean = angles.reduce((sum, a) => sum + Math.exp(-2 * (2 - 2 * Math.cos(a))), 0) / 3600;
  expect(uniformityFloor(2)).toBeCloseTo(Math.log(mean), 6);
});
