import { join } from "node:path";
import { createEngine, type EngineName } from "@cliptune/engine";
import { readMetrics, type StepRecord, train } from "@cliptune/trainer";
import { expect, test } from "vitest";
import { tinyWorld } from "./tiny-world.js";

test("compiled and eager engines train alike", async () => {
  const world = await tinyWorld();
  const losses = async (name: EngineName) => {
    const outDir = join(world.dir, name);
    const config = world.config({
      steps: 3,
      batchSize: 8,
      data: { train: [{ path: world.pictures }] },
    });
    await train(config, { outDir, engine: await createEngine(name), model: world.model });
    const records = await readMetrics(join(outDir, "metrics.jsonl"));
    return records.filter((r): r is StepRecord => r.type === "step");
  };
  const [compiled, eager] = [await losses("onnx-cpu"), await losses("cpu")];
  expect(compiled).toHaveLength(3);
  for (const [i, step] of compiled.entries()) {
    expect(step.loss).toBeCloseTo(eager[i]!.loss, 3);
    expect(step.gradNorm).toBeCloseTo(eager[i]!.gradNorm, 2);
  }
});
