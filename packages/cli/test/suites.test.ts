import { describe, expect, test } from "vitest";
import { chanceAt, queriesOf } from "../dist/suites/measure.js";
import { meanOf, type SuiteResult, suiteTable, withIntervals } from "../dist/suites/table.js";
import { wilson } from "../dist/suites/wilson.js";

describe("Wilson's interval", () => {
  test("of 8 in 10 is .490 to .943, as in Wilson's tables", () => {
    const [low, high] = wilson(0.8, 10);
    expect(low).toBeCloseTo(0.4902, 4);
    expect(high).toBeCloseTo(0.9433, 4);
  });

  test("stays within 0 and 1, and isn't empty at either end", () => {
    expect(wilson(0, 20)[0]).toBe(0);
    expect(wilson(0, 20)[1]).toBeCloseTo(0.1611, 4); // z² / (n + z²) = 3.8415 / 23.8415
    expect(wilson(1, 20)[1]).toBe(1);
  });
});

describe("queries", () => {
  test("equal texts are one query with several right pictures; pictures without a text are only there to be found", () => {
    const queries = queriesOf(["a", undefined, "b", "a"]);
    expect(queries.map(({ text, right }) => [text, ...right])).toEqual([
      ["a", 0, 3],
      ["b", 2],
    ]);
    // "b": 1 of 4; "a": 1 − 2/4 · 1/3 with two draws
    expect(chanceAt(1, queries, 4)).toBeCloseTo((0.5 + 0.25) / 2, 9);
    expect(chanceAt(2, queries, 4)).toBeCloseTo((1 - 1 / 6 + 0.5) / 2, 9);
  });
});

describe("the table", () => {
  const result = (r1: number, n: number): SuiteResult => ({
    ...{ suite: "S1", what: "signs", model: "base", n, pictures: n, r1, r5: 2 * r1, r10: 3 * r1 },
    chance: { r1: 1 / n, r5: 5 / n, r10: 10 / n },
  });

  test("the mean of folds is of their shares, with the interval of all their queries", () => {
    const mean = meanOf([result(0.1, 100), result(0.2, 50)], "both");
    expect(mean).toMatchObject({ what: "both", n: 150 });
    expect(mean.r1).toBeCloseTo(0.15, 9);
    expect(mean.chance.r10).toBeCloseTo(0.15, 9);
    expect(withIntervals(mean).interval.r1).toEqual(wilson(mean.r1, 150));
  });

  test("is Markdown with aligned columns", () => {
    const lines = suiteTable([result(0.1, 100)]).split("\n");
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(lines[2]).toContain("| S1 | signs          | 100 | base  | .100 (.055–.174) |");
  });
});
