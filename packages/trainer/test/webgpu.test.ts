import { join } from "node:path";
import { createEngine, type Engine } from "@cliptune/engine";
import { readMetrics, type TrainOptions, train } from "@cliptune/trainer";
import { expect, test } from "vitest";
import { findWebGpu } from "../../../test/repository/webgpu.js";
import { stopAfter, tinyWorld } from "./tiny-world.js";

const webgpu = await findWebGpu();

/** Every number that a run says of itself, but for the clock's. */
async function numbers(dir: string): Promise<number[]> {
  const records = await readMetrics(join(dir, "metrics.jsonl"));
  return records.flatMap((record) =>
    record.type === "step"
      ? [record.loss, record.gradNorm]
      : Object.values(record.sets).flatMap(({ alignment, textToImage }) => [
          alignment,
          textToImage.r1,
        ]),
  );
}

test.skipIf(!webgpu)(
  "with the state kept on the GPU, LoRA trains, evaluates, stops and goes on as on the CPU",
  async () => {
    const world = await tinyWorld();
    const config = world.config({ steps: 4, batchSize: 8, evaluate: { every: 2 } });
    const run = (name: string, engine: Engine, more: Partial<TrainOptions> = {}) =>
      train(config, {
        outDir: join(world.dir, name),
        engine,
        model: world.model,
        resume: true,
        ...more,
      });
    await run("cpu", await createEngine("onnx-cpu"));
    expect(await run("gpu", webgpu!, stopAfter(2))).toMatchObject({
      interrupted: true,
    });
    expect(await run("gpu", webgpu!)).toMatchObject({ interrupted: false, step: 4 });
    const [actual, expected] = [
      await numbers(join(world.dir, "gpu")),
      await numbers(join(world.dir, "cpu")),
    ];
    expect(actual).toHaveLength(expected.length);
    for (const [i, number] of actual.entries()) expect(number).toBeCloseTo(expected[i]!, 3);
  },
);
