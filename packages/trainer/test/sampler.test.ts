import type { Pair } from "@cliptune/trainer";
import { describe, expect, test } from "vitest";
import { drawCaption } from "../dist/batches.js";
import { batchShares, createSampler } from "../dist/sampler.js";
import { stepScalars } from "../dist/schedule.js";

const pairs = (n: number, prefix: string): Pair[] =>
  Array.from({ length: n }, (_, i) => ({
    id: `${prefix}${i}`,
    file: `/${prefix}${i}`,
    title: `${prefix}${i}`,
    captions: ["one", "two", "three", "four"],
  }));

describe("createSampler", () => {
  const sets = [
    { pairs: pairs(20, "a"), weight: 1 },
    { pairs: pairs(5, "b"), weight: 0.25 },
  ];
  const sampler = createSampler(sets, { batchSize: 10, seed: 3 });

  test("shows every pair once an epoch, in another order each epoch", () => {
    expect(batchShares([1, 0.25], 10)).toEqual([8, 2]);
    const ofA = Array.from({ length: 5 }, (_, step) => sampler.batch(step))
      .flat()
      .filter(({ set }) => set === 0);
    const first = ofA.filter(({ epoch }) => epoch === 0).map(({ pair }) => pair.id);
    const second = ofA.filter(({ epoch }) => epoch === 1).map(({ pair }) => pair.id);
    expect([...first].sort()).toEqual(
      pairs(20, "a")
        .map(({ id }) => id)
        .sort(),
    );
    expect([...second].sort()).toEqual([...first].sort());
    expect(second).not.toEqual(first);
  });

  test("is a pure function of the step and the seed", () => {
    const again = createSampler(sets, { batchSize: 10, seed: 3 });
    expect(again.batch(17)).toEqual(sampler.batch(17));
    expect(createSampler(sets, { batchSize: 10, seed: 4 }).batch(17)).not.toEqual(
      sampler.batch(17),
    );
  });

  test("shares a batch by weight, whole pairs, none left out", () => {
    expect(batchShares([1, 0.3], 64)).toEqual([49, 15]);
    expect(batchShares([1, 1, 1], 10)).toEqual([4, 3, 3]);
    expect(batchShares([100, 1, 1], 4)).toEqual([2, 1, 1]);
    expect(batchShares([1], 7)).toEqual([7]);
  });

  test("draws all captions of a pair over the epochs, the same ones again", () => {
    const [pair] = pairs(1, "c");
    const drawn = Array.from({ length: 40 }, (_, epoch) =>
      drawCaption({ pair: pair!, set: 0, index: 0, epoch }, 1),
    );
    expect(new Set(drawn).size).toBe(4);
    expect(drawn).toEqual(
      Array.from({ length: 40 }, (_, epoch) =>
        drawCaption({ pair: pair!, set: 0, index: 0, epoch }, 1),
      ),
    );
  });
});

test("the learning rate rises linearly, then falls to 0 along a cosine", () => {
  const options = {
    learningRate: 1,
    warmup: 0.1,
    schedule: "cosine",
    beta1: 0.9,
    beta2: 0.999,
  } as const;
  const rates = Array.from(
    { length: 101 },
    (_, step) => stepScalars(step, 100, options).learningRate,
  );
  expect(rates[0]).toBeCloseTo(1 / 11, 9);
  expect(rates[10]).toBe(1);
  expect(rates[55]).toBeCloseTo(0.5, 9); // half-way between 10 and 100
  expect(rates[100]).toBeCloseTo(0, 9);
  expect(stepScalars(55, 100, { ...options, schedule: "linear" }).learningRate).toBeCloseTo(0.5, 9);
  expect(stepScalars(99, 100, { ...options, schedule: "constant" }).learningRate).toBe(1);
  expect(stepScalars(1, 100, options).correction1).toBeCloseTo(1 - 0.81, 9);
});

const many = Array.from({ length: 60 }, (_, i) => ({
  ...{ id: `${i}`, file: `${i}.png`, title: `Title ${i % 12}`, captions: [`title ${i % 12}`] },
  label: i < 50 ? "common" : "rare",
}));

test("distinct batches never hold a title twice, leave no pair out for long, and are functions of the step", () => {
  const options = { batchSize: 8, seed: 3, distinct: true };
  const sampler = createSampler([{ pairs: many, weight: 1 }], options);
  const batches = Array.from({ length: 30 }, (_, step) => sampler.batch(step));
  for (const batch of batches) {
    expect(new Set(batch.map(({ pair }) => pair.title)).size).toBe(8);
  }
  expect(new Set(batches.flat().map(({ pair }) => pair.id)).size).toBe(60);
  const ids = (batch: readonly { pair: { id: string } }[]) => batch.map(({ pair }) => pair.id);
  expect(ids(sampler.batch(7))).toEqual(ids(batches[7]!));
  const resumed = createSampler([{ pairs: many, weight: 1 }], options);
  expect(ids(resumed.batch(20))).toEqual(ids(batches[20]!));
  const greedy = createSampler([{ pairs: many, weight: 1 }], { ...options, batchSize: 13 });
  expect(() => greedy.batch(0)).toThrow("lower batchSize");
});

test("balanced batches draw each class equally often, and every pair of a class in turn", () => {
  const options = { batchSize: 10, seed: 3, balance: true };
  const sampler = createSampler([{ pairs: many, weight: 1 }], options);
  const samples = Array.from({ length: 10 }, (_, step) => sampler.batch(step)).flat();
  const rare = samples.filter(({ pair }) => pair.label === "rare");
  expect(rare).toHaveLength(50);
  for (let i = 50; i < 60; i++) {
    expect(rare.filter(({ pair }) => pair.id === `${i}`)).toHaveLength(5);
  }
  expect(rare.at(-1)!.epoch).toBe(4); // so that its crop and caption are drawn anew
});
