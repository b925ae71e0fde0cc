import { createFlatIndex, createHnswIndex, createLanceIndex } from "@cliptune/index";
import { expect, onTestFinished, test } from "vitest";
import { annRecall } from "./ann-recall.js";
import { describeVectorIndex, dimension, row } from "./conformance.js";
import { temporaryDir, unitRows } from "./seeded.js";

describeVectorIndex("createFlatIndex", () => createFlatIndex({ dimension }), { leastRecall: 1 });
describeVectorIndex(
  "createHnswIndex, never exact by choice",
  () => createHnswIndex({ dimension, exactBelow: 0, exactShare: 2 }),
  { leastRecall: 0.95 },
);
describeVectorIndex("createHnswIndex", () => createHnswIndex({ dimension }), {
  leastRecall: 1,
});
describeVectorIndex(
  "createLanceIndex",
  async () => createLanceIndex({ uri: await temporaryDir(), dimension }),
  { leastRecall: 1 },
);

test("a trained LanceDB store is approximate, and still gives min(k, count)", async () => {
  const rows = unitRows(1500, dimension);
  const index = await createLanceIndex({ uri: await temporaryDir(), dimension });
  onTestFinished(() => index.close());
  await index.add(rows);
  await index.train();
  const recall = await annRecall(index, {
    queries: unitRows(20, dimension, 5),
    k: 10,
  });
  expect(recall).toBeGreaterThan(0.9);
  index.setSearch({ nprobes: 1, refineFactor: 1 });
  expect(await index.search(row(rows, 0), 400)).toHaveLength(400);
});
