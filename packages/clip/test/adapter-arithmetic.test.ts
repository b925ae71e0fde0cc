import {
  type Adapter,
  combineAdapters,
  initLora,
  inspectAdapter,
  type LoraConfig,
  mergeAdapter,
  normal,
  scaleAdapter,
  seededRandom,
} from "@cliptune/clip";
import type { Arrays } from "@cliptune/engine";
import { beforeAll, describe, expect, test } from "vitest";
import { largestDifference, loadGolden } from "./golden.js";

let base: Arrays;
let one: Adapter;
let other: Adapter;

beforeAll(async () => {
  const model = await loadGolden();
  base = model.weights;
  const make = (lora: LoraConfig, seed: number): Adapter => {
    const random = normal(seededRandom(seed));
    const weights = Object.entries(initLora(model.config, lora, seed)).map(([key, array]) => {
      const data = key.includes("lora_B") ? array.data.map(() => 0.1 * random()) : array.data;
      return [key, { ...array, data: Float32Array.from(data) }] as const;
    });
    return { config: lora, weights: Object.fromEntries(weights) };
  };
  const shared = { rank: 4, dropout: 0, targets: ["q_proj", "v_proj"] };
  one = make({ ...shared, alpha: 16 }, 1);
  other = make({ ...shared, alpha: 2, targets: ["v_proj", "fc1"] }, 2);
});

/** Both effects in the weights, one after the other. */
const mergedBoth = (a: number, b: number): Arrays =>
  mergeAdapter(mergeAdapter(base, one, a), other, b);

const distance = (left: Arrays, right: Arrays): number =>
  Math.max(...Object.keys(left).map((key) => largestDifference(left[key]!.data, right[key]!.data)));

const parts = (a: number, b: number) => [
  { adapter: one, weight: a },
  { adapter: other, weight: b },
];

describe("a weighted sum of adapters", () => {
  test("by cat does to the weights exactly what both do, negative weights too", () => {
    const sum = combineAdapters(parts(0.7, -1.5), { type: "cat" });
    expect(distance(mergeAdapter(base, sum), mergedBoth(0.7, -1.5))).toBeLessThan(1e-6);
    expect(sum.config).toMatchObject({ rank: 8, alpha: 8 });
  });

  test("by svd with the ranks' sum is exact too, and with less is the nearest of that rank", () => {
    const whole = combineAdapters(parts(1, 1), { type: "svd", rank: 8 });
    expect(distance(mergeAdapter(base, whole), mergedBoth(1, 1))).toBeLessThan(1e-5);
    const path = inspectAdapter(whole)[0]!.path;
    const cut = combineAdapters(parts(1, 1), { type: "svd", rank: 2 });
    const left = combineAdapters(
      [
        { adapter: whole, weight: 1 },
        { adapter: cut, weight: -1 },
      ],
      { type: "svd" },
    );
    const norm = (adapter: Adapter) => inspectAdapter(adapter).find((l) => l.path === path)!.norm;
    // Eckart and Young: what is cut is orthogonal to what is kept.
    expect(norm(left) ** 2 + norm(cut) ** 2).toBeCloseTo(norm(whole) ** 2, 4);
    expect(norm(left)).toBeLessThan(norm(cut));
  });

  test("by linear with one part is that part", () => {
    const same = combineAdapters([{ adapter: one, weight: -0.5 }], { type: "linear" });
    const wanted = mergeAdapter(base, one, -0.5);
    expect(distance(mergeAdapter(base, same), wanted)).toBeLessThan(1e-6);
  });

  test("by linear of different ranks is refused, as PEFT does", () => {
    const cut = combineAdapters(parts(1, 1), { type: "svd", rank: 2 });
    const mixed = [
      { adapter: one, weight: 1 },
      { adapter: cut, weight: 1 },
    ];
    expect(() => combineAdapters(mixed, { type: "linear" })).toThrow(
      /the ranks 4 and 2 at .*; linear needs equal ones/,
    );
  });
});

test("a scaled adapter is the adapter at that strength", () => {
  const scaled = mergeAdapter(base, scaleAdapter(one, 0.3));
  expect(distance(scaled, mergeAdapter(base, one, 0.3))).toBeLessThan(1e-6);
});

test("an inspected layer's norms are those of the merged weights' difference", () => {
  const merged = mergeAdapter(base, one);
  for (const { path, norm, relativeNorm, effectiveRank } of inspectAdapter(one, base)) {
    const [before, after] = [base, merged].map((weights) => weights[`${path}.weight`]!.data);
    const change = Array.from(after!, (value, i) => value - before![i]!);
    expect(norm).toBeCloseTo(Math.hypot(...change), 4);
    expect(relativeNorm).toBeCloseTo(norm / Math.hypot(...before!), 4);
    expect(effectiveRank).toBeGreaterThan(1);
    expect(effectiveRank).toBeLessThanOrEqual(4 + 1e-9);
  }
});
