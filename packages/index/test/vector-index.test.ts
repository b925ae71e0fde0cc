import { createFlatIndex, createHnswIndex, type VectorIndex } from "@cliptune/index";
import { describe, expect, test } from "vitest";
import { annRecall } from "../dist/ann-recall.js";
import { unitRows } from "./seeded.js";

const dimension = 24;

/** What every store must hold; `leastRecall` is against the exact one. */
function describeVectorIndex(
  name: string,
  create: () => VectorIndex,
  { leastRecall }: { leastRecall: number },
): void {
  describe(name, () => {
    test("finds every stored vector first, with a score of 1", async () => {
      const rows = unitRows(500, dimension);
      const index = create();
      await index.add(rows);
      for (let label = 0; label < 500; label += 7) {
        const [best] = index.search(row(rows, label), 3);
        expect(best!.label).toBe(label);
        expect(best!.score).toBeCloseTo(1, 5);
      }
    });

    test("scores are inner products, best first, and no label comes twice", async () => {
      const rows = unitRows(300, dimension);
      const index = create();
      await index.add(rows);
      const query = unitRows(1, dimension, 99);
      const found = index.search(query, 20);
      expect(new Set(found.map(({ label }) => label)).size).toBe(20);
      for (const [i, { label, score }] of found.entries()) {
        const stored = row(rows, label);
        expect(score).toBeCloseTo(
          stored.reduce((sum, x, j) => sum + x * query[j]!, 0),
          5,
        );
        if (i > 0) expect(score).toBeLessThanOrEqual(found[i - 1]!.score);
      }
    });

    test("gives exactly min(k, count) neighbors", async () => {
      const index = create();
      const query = unitRows(1, dimension, 3);
      expect(index.search(query, 5)).toEqual([]);
      await index.add(unitRows(40, dimension));
      for (const k of [1, 39, 40, 41, 100_000]) {
        expect(index.search(query, k)).toHaveLength(Math.min(k, 40));
      }
    });

    test("gives all of them even when most vectors are the same", async () => {
      const rows = unitRows(400, dimension);
      for (let label = 1; label < 390; label++) rows.set(row(rows, 0), label * dimension);
      const index = create();
      await index.add(rows);
      expect(index.search(row(rows, 0), 400)).toHaveLength(400);
      expect(index.search(row(rows, 395), 10)).toHaveLength(10);
      expect(index.search(row(rows, 395), 10)[0]!.label).toBe(395);
    });

    test("labels go on counting when rows are added later, past the first capacity", async () => {
      const rows = unitRows(900, dimension);
      const index = create();
      await index.add(rows.subarray(0, 10 * dimension));
      await index.add(rows.subarray(10 * dimension));
      expect(index.count).toBe(900);
      expect(index.search(row(rows, 899), 1)[0]!.label).toBe(899);
    });

    test("refuses NaN, vectors that are not of unit norm, and part of a row", async () => {
      const index = create();
      await expect(index.add(new Float32Array(dimension).fill(Number.NaN))).rejects.toThrow("NaN");
      await expect(index.add(new Float32Array(dimension).fill(1))).rejects.toThrow("norm");
      await expect(index.add(new Float32Array(dimension + 1))).rejects.toThrow("whole number");
      expect(index.count).toBe(0);
    });

    test("keeps nothing of what it was given", async () => {
      const rows = unitRows(50, dimension);
      const first = row(rows, 0).slice();
      const index = create();
      await index.add(rows);
      rows.fill(0);
      expect(index.search(first, 1)[0]!.score).toBeCloseTo(1, 5);
    });

    test(`finds at least ${leastRecall} of the exact ten nearest`, async () => {
      const rows = unitRows(1500, dimension);
      const index = create();
      const exact = createFlatIndex({ dimension });
      await index.add(rows);
      await exact.add(rows);
      const recall = await annRecall(index, exact, { queries: unitRows(50, dimension, 5), k: 10 });
      expect(recall).toBeGreaterThanOrEqual(leastRecall);
    });
  });
}

function row(rows: Float32Array, label: number): Float32Array {
  return rows.subarray(label * dimension, (label + 1) * dimension);
}

describeVectorIndex("createFlatIndex", () => createFlatIndex({ dimension }), { leastRecall: 1 });
describeVectorIndex(
  "createHnswIndex, never exact by choice",
  () => createHnswIndex({ dimension, exactBelow: 0, exactShare: 2 }),
  { leastRecall: 0.95 },
);
describeVectorIndex("createHnswIndex", () => createHnswIndex({ dimension }), {
  leastRecall: 1,
});
