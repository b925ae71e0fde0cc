import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { csv } from "../lib/csv";
import { formatSeconds, timeTicks } from "../lib/duration";
import { logAxis, logScale } from "../lib/log-scale";
import { parseView, usualView, withView } from "../lib/plot-view";
import { sortRows } from "../lib/sweep";
import { tailMetrics } from "../server/metrics-tail";

test("a view survives the address, and what makes no sense there is as usual", () => {
  const view = { across: "time", smoothing: 0.5, log: true, zoom: [10, 250.5] } as const;
  const kept = withView(new URLSearchParams("run=a"), view);
  expect(kept.getAll("run")).toEqual(["a"]);
  expect(parseView(kept)).toEqual(view);
  expect(withView(kept, usualView).toString()).toBe("run=a");
  for (const odd of ["smooth=2&x=y&log=2", "zoom=5_5", "zoom=_7", "zoom=9_1", "smooth=x"])
    expect(parseView(new URLSearchParams(odd))).toEqual(usualView);
});

describe("logarithmic axes", () => {
  test("end on 1, 2 or 5 times a power of ten", () => {
    expect(logAxis([0.03, 4])).toEqual({
      domain: [0.02, 5],
      ticks: [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
    });
    expect(logAxis([1e-7, 30]).ticks).toEqual([1e-7, 1e-5, 1e-3, 0.1, 10, 1000]);
  });

  test("have a width though all values are one", () => {
    const { domain } = logAxis([1, 1]);
    expect(domain).toEqual([0.5, 2]);
    expect(logScale(domain, [0, 100])(1)).toBeCloseTo(50);
  });
});

test("times are marked as a clock divides them", () => {
  expect(timeTicks([0, 600], 6).map(formatSeconds)).toEqual([
    ...["0 s", "2 min", "4 min", "6 min", "8 min", "10 min"],
  ]);
  expect(formatSeconds(7325)).toBe("2 h 2 min");
});

test("a cell of CSV is quoted where it must be", () => {
  expect(csv([['a "b", c', 1, null], ["x\ny"]])).toBe('"a ""b"", c",1,\r\n"x\ny"\r\n');
});

test("rows are sorted by size, those without a value last either way", () => {
  const rows = [{ a: 2 }, { a: null }, { a: 10 }, { a: 1 }];
  const values = (down: boolean) => sortRows(rows, { column: "a", down }).map(({ a }) => a);
  expect(values(true)).toEqual([10, 2, 1, null]);
  expect(values(false)).toEqual([1, 2, 10, null]);
});

test("a log is read on from where it ended, and from its beginning once it is another file", async () => {
  const dir = await mkdtemp(join(tmpdir(), "cliptune-tail-"));
  try {
    const path = join(dir, "metrics.jsonl");
    const tail = tailMetrics(path);
    const steps = async () => {
      const { anew, added } = await tail.read();
      return [anew, ...added.steps.map(({ step }) => step)];
    };
    expect(await steps()).toEqual([false]);
    const line = (step: number) => `${JSON.stringify({ type: "step", step, loss: 1 })}\n`;
    await writeFile(path, line(1) + line(2).slice(0, 9));
    expect(await steps()).toEqual([false, 1]);
    await writeFile(path, line(2).slice(9) + line(3), { flag: "a" });
    expect(await steps()).toEqual([false, 2, 3]);
    expect(await steps()).toEqual([false]);
    await writeFile(path, line(1));
    expect(await steps()).toEqual([true, 1]);
    expect(tail.metrics.steps).toHaveLength(1);
    await writeFile(path, line(5) + line(6) + line(7).trimEnd()); // written over, and longer
    expect(await steps()).toEqual([true, 5, 6, 7]);
    await writeFile(path, `\n${line(8)}`, { flag: "a" });
    expect(await steps()).toEqual([false, 8]);
  } finally {
    await rm(dir, { recursive: true });
  }
});
