import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { createEngine } from "@cliptune/engine";
import { readFolder, readMetrics, train } from "@cliptune/trainer";
import { afterAll, expect, test } from "vitest";
import { tinyWorld } from "./tiny-world.js";

const world = await tinyWorld();
const engine = await createEngine("auto");
afterAll(() => rm(world.dir, { recursive: true }));

/** Eight pictures of each of four shapes, a folder a shape. */
const classes = join(world.dir, "classes");
for (const { file, title } of await readFolder(world.pictures)) {
  const [color, shape] = title.split(" ");
  await mkdir(join(classes, shape!), { recursive: true });
  await copyFile(file, join(classes, shape!, `${color}.png`));
}

test("a folder a class has labels, and training on it measures zero-shot accuracy", async () => {
  const labels = new Set((await readFolder(classes)).map(({ label }) => label));
  expect(labels).toEqual(new Set(["circle", "square", "bar", "triangle"]));
  const source = { path: classes };
  const config = world.config({
    steps: 1,
    data: { train: [{ ...source, shots: 4 }], evaluate: { inDomain: source } },
    evaluate: { templates: ["a {}", "{}"] },
  });
  const options = { outDir: join(world.dir, "run"), engine, model: world.model };
  const { base } = await train(config, options);
  const { classes: count, top1, meanPerClass } = base!.inDomain!.zeroShot!;
  expect(count).toBe(4);
  expect(top1).toBe(meanPerClass); // as many of each
});

test("cross-entropy against the class names learns the classes, from its first value on", async () => {
  const source = { path: classes };
  const config = world.full({
    steps: 40,
    batchSize: 16,
    data: { train: [source], evaluate: { inDomain: source } },
    loss: [{ classCrossEntropy: { template: "a {}" } }],
    optimizer: { learningRate: 3e-3 },
    evaluate: { every: 40, templates: ["a {}"] },
    augment: { crop: [0.9, 1], jitter: 0 },
  });
  const outDir = join(world.dir, "cross-entropy");
  const { base, final } = await train(config, { outDir, engine, model: world.model });
  const losses = (await readMetrics(join(outDir, "metrics.jsonl"))).flatMap((record) =>
    record.type === "step" ? [record.loss] : [],
  );
  expect(losses[0]).toBeGreaterThan(Math.log(4) * 0.5); // about chance among 4 classes, not among 16 pairs
  expect(losses[0]).toBeLessThan(Math.log(16));
  expect(losses.at(-1)).toBeLessThan(0.2);
  expect(final!.inDomain!.zeroShot!.top1).toBeGreaterThan(0.9);
  expect(base!.inDomain!.zeroShot!.top1).toBeLessThan(0.6);
});

test("in micro-batches, prompts included, the losses of a run are those of whole batches", async () => {
  const losses = async (name: string, more: object) => {
    const outDir = join(world.dir, name);
    const data = { train: [{ path: classes }] };
    const loss = [{ classCrossEntropy: { template: "a {}" } }, { infoNce: 0.2 }];
    const config = world.full({ ...{ steps: 4, batchSize: 8, data, loss }, ...more });
    await train(config, { outDir, engine, model: world.model });
    const records = await readMetrics(join(outDir, "metrics.jsonl"));
    return records.flatMap((record) => (record.type === "step" ? [record.loss] : []));
  };
  const [whole, cached] = [
    await losses("whole", {}),
    await losses("cached", { microBatchSize: 2 }),
  ];
  expect(whole).toHaveLength(4);
  for (const [i, loss] of cached.entries()) expect(loss).toBeCloseTo(whole[i]!, 4);
});
