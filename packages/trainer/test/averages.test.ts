import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { createEncoder, loadAdapter, loadModel, readSafetensors } from "@cliptune/clip";
import { createEngine } from "@cliptune/engine";
import { evaluateRetrieval, parseTrainConfig, readFolder, train } from "@cliptune/trainer";
import { afterAll, describe, expect, test, vi } from "vitest";
import { averageDecay } from "../dist/averages.js";
import { stopAfter, tinyWorld } from "./tiny-world.js";

const world = await tinyWorld();
const engine = await createEngine("auto");
vi.setConfig({ testTimeout: 240_000 });
const { model } = world;
afterAll(() => rm(world.dir, { recursive: true }));
const common = {
  ...{ steps: 4, ema: { decay: 0.2 }, optimizer: { learningRate: 0.02 } },
  ...{ checkpoint: { every: 1, keep: 9 }, evaluate: { every: 4, select: "last", batchSize: 32 } },
};

test("the decay is less in the first steps", () => {
  expect(averageDecay(0, 0.999)).toBeCloseTo(0.1, 9);
  expect(averageDecay(90, 0.999)).toBeCloseTo(0.91, 9);
  expect(averageDecay(1e5, 0.999)).toBe(0.999);
  const data = { train: [{ path: "." }] };
  expect(parseTrainConfig({ data, ema: {} }).ema).toEqual({ decay: 0.999 });
  expect(() => parseTrainConfig({ data, ema: { decay: 1 } })).toThrow("ema.decay");
});

describe.each([
  ["full", world.full(common), "model.safetensors"],
  [
    "LoRA in two batches a step",
    world.config({ ...common, batchSize: 8, accumulate: 2 }),
    "adapter_model.safetensors",
  ],
] as const)("%s", (name, config, file) => {
  const outDir = join(world.dir, name);
  const tensorsOf = async (path: string) => (await readSafetensors(join(outDir, path))).tensors;

  test("best/ holds the moving average of every step's parameters, and it is what was evaluated", async () => {
    const summary = await train(config, { outDir, engine, model });
    const best = await tensorsOf(`best/${file}`);
    const steps = [0, 1, 2, 3, 4].map((step) => tensorsOf(`checkpoints/step-00000${step}/${file}`));
    const [start, ...after] = await Promise.all(steps);
    let moved = 0;
    for (const [key, { data }] of Object.entries(best)) {
      const average = after.reduce((old, now, step) => {
        const decay = averageDecay(step, 0.2);
        return old.map((x, i) => decay * x + (1 - decay) * now[key]!.data[i]!);
      }, Float64Array.from(start![key]!.data));
      const last = after.at(-1)![key]!.data;
      for (const [i, x] of average.entries()) {
        expect(Math.abs(data[i]! - x)).toBeLessThan(1e-6);
        moved = Math.max(moved, Math.abs(data[i]! - last[i]!));
      }
    }
    expect(moved).toBeGreaterThan(1e-4);

    if (name === "full") expect(await tensorsOf("model/model.safetensors")).toEqual(best);

    const path = join(outDir, "best");
    const encoder = await (name === "full"
      ? createEncoder(engine, { ...model, weights: (await loadModel(path)).weights })
      : createEncoder(engine, model, { adapter: await loadAdapter(path, model) }));
    const { preprocessing } = model;
    const pairs = await readFolder(world.pictures);
    const { alignment } = await evaluateRetrieval(encoder, pairs, { preprocessing });
    await encoder.dispose();
    expect(alignment).toBeCloseTo(summary.final!.inDomain!.alignment, 5);
  });

  test("a resumed run ends with the same bits", async () => {
    const broken = `${outDir} broken`;
    await train(config, {
      ...{ outDir: broken, engine, model, ...stopAfter(2) },
    });
    await train(config, { outDir: broken, engine, model, resume: true });
    for (const path of [`best/${file}`, "checkpoints/step-000004/optimizer.safetensors"]) {
      expect(await readFile(join(broken, path)), path).toEqual(await readFile(join(outDir, path)));
    }
  });
});
