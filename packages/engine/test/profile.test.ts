import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

test("a profile tells of every operator in every step, once its program is disposed of", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cliptune-profile-"));
  const engine = await createEngine("onnx-cpu", { threads: 1, profile: join(folder, "p") });
  const program = await engine.compile({
    name: "profiled",
    inputs: { x: { dtype: "float32", shape: [2, 2] } },
    run: ({ inputs: { x } }) => ({ outputs: { y: tf.relu(tf.matMul(x!, x!)) } }),
  });
  for (let i = 0; i < 3; i++) await program.step({ x: new Float32Array(4) });
  await program.dispose();
  await program.dispose();
  const [file, ...more] = readdirSync(folder);
  expect(more).toEqual([]);
  const events = JSON.parse(readFileSync(join(folder, file!), "utf8")) as Array<{
    name: string;
    args: { op_name?: string };
  }>;
  const kernels = events.filter(({ name }) => name.endsWith("_kernel_time"));
  expect(kernels.length).toBeGreaterThan(0);
  expect(kernels.length % 3).toBe(0);
  expect(kernels.some(({ args }) => /Gemm/.test(args.op_name!))).toBe(true);
  rmSync(folder, { recursive: true });
});
