import type { RetrievalMetrics } from "@cliptune/trainer";
import { expect, test } from "vitest";
import { meanGap, pairAlignment, rowUniformity } from "../dist/embedding-geometry.js";
import { recall, rowsOf } from "../dist/retrieval.js";
import { isBetter } from "../dist/summary.js";

const rows = (...vectors: number[][]) => rowsOf(Float32Array.from(vectors.flat()), vectors.length);
const keys = (...values: number[]) => Int32Array.from(values);

test("a right answer in first place counts for all of recall at 1, 5 and 10", () => {
  const eye = rows([1, 0, 0], [0, 1, 0], [0, 0, 1]);
  const same = { queryKeys: keys(0, 1, 2), galleryKeys: keys(0, 1, 2) };
  expect(recall(eye, eye, same)).toEqual({ r1: 1, r5: 1, r10: 1 });
});

test("any picture of the same title is right", () => {
  const queries = rows([1, 0]);
  const gallery = rows([0.1, 0], [0.9, 0], [0.5, 0]);
  const found = recall(queries, gallery, { queryKeys: keys(7), galleryKeys: keys(7, 7, 8) });
  expect(found.r1).toBe(1);
});

test("a rank of 6 is outside the first 5 and inside the first 10", () => {
  const gallery = rows(...[9, 8, 7, 6, 5, 4, 3].map((score) => [score / 10]));
  const found = recall(rows([1]), gallery, {
    queryKeys: keys(5),
    galleryKeys: keys(0, 1, 2, 3, 4, 5, 6),
  });
  expect(found).toEqual({ r1: 0, r5: 0, r10: 1 });
});

test("a collapsed model, to which all pictures are equal, has recall 0", () => {
  const flat = rows(...Array.from({ length: 20 }, () => [1, 0]));
  const all = Int32Array.from({ length: 20 }, (_, i) => i);
  expect(recall(flat, flat, { queryKeys: all, galleryKeys: all }).r10).toBe(0);
});

test("geometry equals its closed forms", () => {
  const x = rows([1, 0], [0, 1]);
  const y = rows([0, 1], [0, 1]);
  expect(pairAlignment(x, y)).toBeCloseTo(1, 9); // (2 + 0) / 2
  expect(rowUniformity(x)).toBeCloseTo(-4, 6); // distance² 2, t = 2
  expect(meanGap(x, y)).toBeCloseTo(Math.SQRT1_2, 6);
});

test("the best checkpoint has the highest in-domain recall at 10 among those that keep the base's knowledge", () => {
  const metrics = (r10: number, r1 = 0) =>
    ({ textToImage: { r1, r5: 0, r10 } }) as RetrievalMetrics;
  const sets = (inside: number, outside: number) => ({
    inDomain: metrics(inside),
    outOfDomain: metrics(outside),
  });
  expect(isBetter(sets(0.5, 0.3), undefined)).toBe(true);
  expect(isBetter(sets(0.6, 0.1), sets(0.5, 0.3))).toBe(true);
  expect(isBetter(sets(0.6, 0.1), sets(0.5, 0.3), 0.25)).toBe(false);
  expect(isBetter(sets(0.5, 0.3), sets(0.6, 0.1), 0.25)).toBe(true);
  expect(isBetter(sets(0.5, 0.3), sets(0.5, 0.3))).toBe(false); // a tie keeps the earlier
  expect(isBetter({ inDomain: metrics(0.5, 0.2) }, { inDomain: metrics(0.5, 0.1) })).toBe(true);
});
