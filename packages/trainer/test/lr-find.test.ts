import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createEngine } from "@cliptune/engine";
import { findLearningRate, type RatePoint, suggestRate, writeRateSweep } from "@cliptune/trainer";
import { expect, test, vi } from "vitest";
import { temporaryDir, tinyWorld } from "./tiny-world.js";

const world = await tinyWorld();
const engine = await createEngine("auto");
vi.setConfig({ testTimeout: 60_000 });

/** Losses at rates from 1e-6 to 1, six decades in 120 steps. */
const sweep = (lossAt: (decade: number) => number): RatePoint[] =>
  Array.from({ length: 121 }, (_, i) => {
    const decade = -6 + i / 20;
    return { learningRate: 10 ** decade, loss: lossAt(decade) };
  });

test("a loss that falls along a sigmoid about 1e-3 and bursts at 0.1: the middle of the fall", () => {
  const fall = (d: number) => 4 - 2 / (1 + Math.exp(-6 * (d + 3)));
  const found = suggestRate(sweep((d) => fall(d) + (d > -1 ? 20 * (d + 1) : 0)));
  expect(Math.log10(found.steepest!)).toBeCloseTo(-3, 1);
  expect(Math.log10(found.divergence!)).toBeCloseTo(-1.05, 0);
  expect(found.learningRate).toBe(found.steepest);
  expect(found.start).toBeCloseTo(4, 3);
  expect(found.least.loss).toBeCloseTo(2, 2);
});

test("where the fall ends in a burst at once, a tenth of the divergence point is lower", () => {
  const found = suggestRate(sweep((d) => (d < -2 ? 4 : d < -1.5 ? 4 - 4 * (d + 2) : 9)));
  expect(found.steepest!).toBeGreaterThanOrEqual(0.01);
  expect(found.learningRate).toBeCloseTo(found.divergence! / 10, 9);
});

test("a loss that is no number is where it diverges; one that only rises suggests nothing", () => {
  const broken = sweep((d) => (d > -1 ? Number.NaN : -d)).slice(0, 102);
  expect(Math.log10(suggestRate(broken).divergence!)).toBeCloseTo(-0.95, 6);
  const rising = suggestRate(sweep((d) => d + 7));
  expect(rising.learningRate).toBeUndefined();
  expect(rising.steepest).toBeUndefined();
});

test("real pictures: the loss falls, then bursts; table and plot are written, and no run", async () => {
  const { model } = world;
  const config = world.full({ batchSize: 8, data: { train: [{ path: world.pictures }] } });
  const given = { engine, model, from: 1e-5, to: 10, steps: 40 };
  const seen: number[] = [];
  const onStep = (_: number, { learningRate }: RatePoint) => seen.push(learningRate);
  const found = (await findLearningRate(config, { ...given, onStep }))!;
  expect(seen[0]).toBe(1e-5);
  const last = found.points.length - 1;
  expect(seen[last]).toBeCloseTo(1e-5 * 1e6 ** (last / 39), 9); // exponential
  expect(found.least.loss).toBeLessThan(0.9 * found.start);
  expect(found.divergence).toBeGreaterThan(found.least.learningRate);
  expect(found.learningRate).toBeGreaterThan(1e-5);
  expect(found.learningRate).toBeLessThan(found.least.learningRate);
  const again = await findLearningRate(config, given);
  expect(again!.points).toEqual(found.points);

  const out = await temporaryDir();
  await writeRateSweep(out, found);
  expect((await readdir(out)).sort()).toEqual(
    ["csv", "json", "png", "svg"]
      .flatMap((end) =>
        end === "png" || end === "svg"
          ? [`lr-find-dark.${end}`, `lr-find.${end}`]
          : [`lr-find.${end}`],
      )
      .sort(),
  );
  const rows = (await readFile(join(out, "lr-find.csv"), "utf8")).trim().split("\r\n");
  expect(rows[0]).toBe("step,learningRate,loss,smoothed");
  expect(rows).toHaveLength(found.points.length + 1);
  const svg = await readFile(join(out, "lr-find.svg"), "utf8");
  expect(svg).toContain(`suggested ${found.learningRate!.toPrecision(2)}`);
  expect(svg).toContain(">1e-4<"); // ticks at powers of ten
  const json = JSON.parse(await readFile(join(out, "lr-find.json"), "utf8"));
  expect(json).toMatchObject({ learningRate: found.learningRate, steepest: found.steepest });
});

test("a stopped sweep gives nothing, and a range that does not rise is refused", async () => {
  const { model } = world;
  const config = world.config();
  const stop = AbortSignal.abort();
  const range = { engine, model, from: 1e-4, to: 1, steps: 20 };
  expect(await findLearningRate(config, { ...range, signal: stop })).toBeUndefined();
  await expect(findLearningRate(config, { ...range, to: 1e-5 })).rejects.toThrow(/finds nothing/);
});
