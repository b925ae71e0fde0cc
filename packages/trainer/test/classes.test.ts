import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { createEngine } from "@cliptune/engine";
import { readFolder, train } from "@cliptune/trainer";
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
