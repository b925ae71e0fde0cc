import type { Pair } from "@cliptune/trainer";
import { expect, test } from "vitest";
import { subset } from "../dist/subset.js";

const pairs: Pair[] = Array.from({ length: 100 }, (_, i) => ({
  ...{ id: `${i}`, file: `/${i}.png`, title: `${i}`, captions: [`${i}`] },
  ...(i < 60 && { label: i < 40 ? "cat" : "dog" }),
}));
const ids = (part: readonly Pair[]) => part.map(({ id }) => Number(id));

test("a share is drawn by the seed, keeps the order, and lies within every larger one", () => {
  const shares = [0.01, 0.1, 0.5].map((share) => ids(subset(pairs, { share }, 7)));
  expect(shares.map((part) => part.length)).toEqual([1, 10, 50]);
  for (const [i, part] of shares.entries()) {
    expect(part).toEqual([...part].sort((a, b) => a - b));
    expect(shares[i + 1] ?? part).toEqual(expect.arrayContaining(part));
  }
  expect(ids(subset(pairs, { share: 0.5 }, 8))).not.toEqual(shares[2]);
  expect(subset(pairs, { share: 0.001 }, 7)).toHaveLength(1);
  expect(subset(pairs, {}, 7)).toEqual(pairs);
});

test("shots are a number of pictures of each class, or of each title", () => {
  const four = subset(pairs, { shots: 4 }, 7);
  const count = (label: string | undefined) => four.filter((pair) => pair.label === label).length;
  expect([count("cat"), count("dog"), count(undefined)]).toEqual([4, 4, 40]);
  expect(ids(four)).toEqual(expect.arrayContaining(ids(subset(pairs, { shots: 1 }, 7))));
});
