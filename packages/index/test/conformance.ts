import { createFlatIndex, type VectorIndex } from "@cliptune/index";
import { describe, expect, onTestFinished, test } from "vitest";
import { annRecall } from "./ann-recall.js";
import { unitRows } from "./seeded.js";

export const dimension = 24;

/** What every store must hold; `leastRecall` is against the exact one. */
export function describeVectorIndex(
  name: string,
  create: () => VectorIndex | Promise<VectorIndex>,
  { leastRecall }: { leastRecall: number },
): void {
  const made = async () => {
    const index = await create();
    onTestFinished(() => index.close());
    return index;
  };
  describe(name, () => {
    test("finds every stored vector first, with a score of 1", async () => {
      const rows = unitRows(500, dimension);
      const index = await made();
      await index.add(rows);
      for (let label = 0; label < 500; label += 7) {
        const [best] = await index.search(row(rows, label), 3);
        expect(best!.label).toBe(label);
        expect(best!.score).toBeCloseTo(1, 5);
      }
    });

    test("scores are inner products, best first, and no label comes twice", async () => {
      const rows = unitRows(300, dimension);
      const index = await made();
      await index.add(rows);
      const query = unitRows(1, dimension, 99);
      const found = await index.search(query, 20);
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
      const index = await made();
      const query = unitRows(1, dimension, 3);
      expect(await index.search(query, 5)).toEqual([]);
      await index.add(unitRows(40, dimension));
      for (const k of [1, 39, 40, 41, 100_000]) {
        expect(await index.search(query, k)).toHaveLength(Math.min(k, 40));
      }
    });

    test("gives all of them even when most vectors are the same", async () => {
      const rows = unitRows(400, dimension);
      for (let label = 1; label < 390; label++) rows.set(row(rows, 0), label * dimension);
      const index = await made();
      await index.add(rows);
      expect(await index.search(row(rows, 0), 400)).toHaveLength(400);
      expect(await index.search(row(rows, 395), 10)).toHaveLength(10);
      expect((await index.search(row(rows, 395), 10))[0]!.label).toBe(395);
    });

    test("labels go on counting when rows are added later, past the first capacity", async () => {
      const rows = unitRows(900, dimension);
      const index = await made();
      await index.add(rows.subarray(0, 10 * dimension));
      await index.add(rows.subarray(10 * dimension));
      expect(index.count).toBe(900);
      expect((await index.search(row(rows, 899), 1))[0]!.label).toBe(899);
    });

    test("refuses NaN, vectors that are not of unit norm, and part of a row", async () => {
      const index = await made();
      await expect(index.add(new Float32Array(dimension).fill(Number.NaN))).rejects.toThrow("NaN");
      await expect(index.add(new Float32Array(dimension).fill(1))).rejects.toThrow("norm");
      await expect(index.add(new Float32Array(dimension + 1))).rejects.toThrow("whole number");
      expect(index.count).toBe(0);
    });

    test("keeps nothing of what it was given", async () => {
      const rows = unitRows(50, dimension);
      const first = row(rows, 0).slice();
      const index = await made();
      await index.add(rows);
      rows.fill(0);
      expect((await index.search(first, 1))[0]!.score).toBeCloseTo(1, 5);
    });

    test("what is removed is never found again, and its label never given again", async () => {
      const rows = unitRows(300, dimension);
      for (const copy of [7, 8, 9]) rows.set(row(rows, 6), copy * dimension);
      const index = await made();
      await index.add(rows);
      await index.remove([6, 7, 299]);
      await index.remove([7, 20]);
      expect([index.count, index.rows]).toEqual([296, 300]);
      const labels = async (label: number, k: number) =>
        (await index.search(row(rows, label), k)).map((found) => found.label);
      expect((await labels(6, 2)).sort()).toEqual([8, 9]); // copies of the first, which is gone
      expect(await labels(299, 400)).toHaveLength(296);
      for (const gone of [6, 7, 20, 299]) expect(await labels(gone, 300)).not.toContain(gone);
      await index.remove([8, 9]);
      expect((await labels(6, 1))[0]).not.toBeOneOf([6, 7, 8, 9]);
      await index.add(row(rows, 299));
      expect(await labels(299, 1)).toEqual([300]);
      expect([index.count, index.rows]).toEqual([295, 301]);
    });

    test("a search within some labels is exact over those, however few they are", async () => {
      const rows = unitRows(600, dimension);
      const index = await made();
      const exact = createFlatIndex({ dimension });
      for (const store of [index, exact]) {
        await store.add(rows);
        await store.remove([30, 60]);
      }
      const query = unitRows(1, dimension, 8);
      for (const step of [1, 5, 30, 300]) {
        const within = Uint32Array.from(
          { length: Math.ceil(600 / step) },
          (_, i) => i * step,
        ).filter((label) => label !== 30 && label !== 60);
        const found = await index.search(query, 10, { within });
        expect(found).toHaveLength(Math.min(10, within.length));
        const truth = await exact.search(query, 10, { within });
        expect(found.map(({ label }) => label)).toEqual(truth.map(({ label }) => label));
      }
    });

    test("gives the vectors of labels back, in their order", async () => {
      const rows = unitRows(20, dimension);
      const index = await made();
      await index.add(rows);
      const asked = Float32Array.from([...row(rows, 19), ...row(rows, 3), ...row(rows, 19)]);
      expect(await index.vectors([19, 3, 19])).toEqual(asked);
      expect(await index.vectors([])).toHaveLength(0);
    });

    test(`finds at least ${leastRecall} of the exact ten nearest`, async () => {
      const rows = unitRows(1500, dimension);
      const index = await made();
      const exact = createFlatIndex({ dimension });
      await index.add(rows);
      await exact.add(rows);
      const recall = await annRecall(index, { queries: unitRows(50, dimension, 5), k: 10 });
      expect(recall).toBeGreaterThanOrEqual(leastRecall);
    });
  });
}

export function row(rows: Float32Array, label: number): Float32Array {
  return rows.subarray(label * dimension, (label + 1) * dimension);
}
