import { createEngine, dropout, type Engine, uniformNoise } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { vector } from "./random-arrays.js";
import { runOnce } from "./run-program.js";

const onnx = await createEngine("onnx-cpu", { threads: 1 });
const cpu = await createEngine("cpu");
const [rows, columns] = [400, 128];

async function noise(seed: number, engine: Engine = onnx): Promise<Float32Array> {
  const { y } = await runOnce(engine, { seed: vector(seed) }, ({ seed }) => ({
    y: uniformNoise(rows, columns, tf.reshape(seed!, [])),
  }));
  return y!.data as Float32Array;
}

const mean = (x: ArrayLike<number>): number => Array.from(x).reduce((s, v) => s + v, 0) / x.length;
const variance = (x: ArrayLike<number>): number => mean(Array.from(x, (v) => v * v)) - mean(x) ** 2;

/** Pearson's correlation of x[i] with y[i + shift]. */
function correlation(x: Float32Array, y: Float32Array, shift = 0): number {
  const [a, b] = [x.subarray(0, x.length - shift), y.subarray(shift)];
  const products = Float64Array.from(a, (v, i) => v * b[i]!);
  return (mean(products) - mean(a) * mean(b)) / Math.sqrt(variance(a) * variance(b));
}

// With N = 51,200 draws the standard error of the mean is 0.0013, of a correlation 0.0044: the bounds are about 4 of them.
describe.each([1, 2, 17, 1000, 123_456, 0.5])("uniform noise of seed %d", (seed) => {
  test("lies in [0, 1) with the mean and variance of a uniform distribution", async () => {
    const x = await noise(seed);
    expect(Math.min(...x)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...x)).toBeLessThan(1);
    expect(Math.abs(mean(x) - 1 / 2)).toBeLessThan(0.006);
    expect(Math.abs(variance(x) - 1 / 12)).toBeLessThan(0.003);
  });

  test("fills ten bins evenly, and no row or column is far off", async () => {
    const x = await noise(seed);
    const bins = new Array<number>(10).fill(0);
    for (const v of x) bins[Math.floor(v * 10)]!++;
    for (const bin of bins) expect(Math.abs(bin / x.length - 0.1)).toBeLessThan(0.008);
    const rowMeans = Array.from({ length: rows }, (_, r) =>
      mean(x.subarray(r * columns, (r + 1) * columns)),
    );
    expect(variance(rowMeans)).toBeLessThan(3 / 12 / columns);
  });

  test("does not know its neighbours, nor the next seeds", async () => {
    const [x, next, later] = [await noise(seed), await noise(seed + 1), await noise(seed + 10)];
    for (const shift of [1, 2, columns, columns + 1]) {
      expect(Math.abs(correlation(x, x, shift)), `shift ${shift}`).toBeLessThan(0.02);
    }
    expect(Math.abs(correlation(x, next))).toBeLessThan(0.02);
    expect(Math.abs(correlation(x, later))).toBeLessThan(0.02);
  });
});

test.each([72, 1024, 1963, 8037, 10_000, 1_000_000])(
  "seeds %d apart are strangers",
  async (apart) => {
    for (const seed of [5, 100_000, 7_000_000]) {
      const r = correlation(await noise(seed), await noise(seed + apart));
      expect(Math.abs(r), `from ${seed}`).toBeLessThan(0.02);
    }
  },
);

test("noise does not repeat along wide rows or many rows", async () => {
  const draw = async (height: number, width: number) =>
    (await runOnce(onnx, {}, () => ({ y: uniformNoise(height, width, tf.scalar(4)) })))["y"]!
      .data as Float32Array;
  const [wide, tall] = [await draw(20, 4000), await draw(12_000, 16)];
  for (const shift of [1000, 2000, 985, 2378]) {
    expect(Math.abs(correlation(wide, wide, shift)), `columns ${shift}`).toBeLessThan(0.03);
  }
  // 985 is the nearest that a multiple of √2 comes to a whole number here: the worst of all shifts, and a weak echo.
  for (const [shift, bound] of [
    [1000, 0.03],
    [10_000, 0.03],
    [985, 0.15],
  ] as const) {
    expect(Math.abs(correlation(tall, tall, shift * 16)), `rows ${shift}`).toBeLessThan(bound);
  }
});

test("the same seed draws the same noise, on the other engine up to rounding", async () => {
  const [x, again, eager] = [await noise(7), await noise(7), await noise(7, cpu)];
  expect(again).toEqual(x);
  const apart = x.filter((v, i) => Math.abs(v - eager[i]!) > 1e-3);
  expect(apart.length / x.length).toBeLessThan(1e-3);
});

const dropped = (rate: number, seed: number) =>
  runOnce(onnx, { seed: vector(seed) }, ({ seed }) => ({
    y: dropout(tf.ones([rows, columns]), rate, tf.reshape(seed!, [])),
  }));

test.each([0.05, 0.1, 0.5, 0.9])(
  "dropout at rate %d drops that share and keeps the mean",
  async (rate) => {
    const x = (await dropped(rate, 3))["y"]!.data as Float32Array;
    const zeros = x.filter((v) => v === 0).length / x.length;
    expect(Math.abs(zeros - rate)).toBeLessThan(0.01);
    expect(new Set(x)).toEqual(new Set([0, Math.fround(1 / (1 - rate))]));
    expect(Math.abs(mean(x) - 1)).toBeLessThan(0.01 / (1 - rate));
  },
);

test("dropout at rate 0 is the identity", async () => {
  expect(new Set((await dropped(0, 3))["y"]!.data)).toEqual(new Set([1]));
});
