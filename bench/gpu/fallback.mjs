// The training step on one of ONNX Runtime's GPU providers: how fast, and which operators it leaves to the processor.
//   node bench/gpu/fallback.mjs '{"engine":"onnx-webgpu","world":"b32"}'

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine } from "@cliptune/engine";
import { stepDefinition } from "../step/definition.mjs";
import { makeWorld } from "../step/worlds.mjs";

const {
  engine: name = "onnx-webgpu",
  world: worldName = "b32",
  batch,
  steps = 3,
  ...options
} = JSON.parse(process.argv[2] ?? "{}");
const folder = mkdtempSync(join(tmpdir(), "cliptune-fallback-"));
const world = { ...makeWorld(worldName), ...(batch && { batch }) };
const size = world.config.vision.imageSize;
const inputs = {
  pixels: Uint8Array.from({ length: world.batch * size * size * 3 }, (_, i) => (i * 31) % 255),
  ids: Int32Array.from({ length: world.batch * world.length }, (_, i) => (i * 7919) % 6000),
  ends: new Int32Array(world.batch).fill(world.length - 1),
};

/** Seconds of a step, after a first one; and what the steps led to, by which engines can be compared. */
async function measure(more) {
  const engine = await createEngine(name, { ...options, ...more });
  const definition = stepDefinition(engine, world, { length: world.length });
  const program = await engine.compile(definition);
  let outputs = await program.step(inputs);
  const from = performance.now();
  for (let i = 0; i < steps; i++) outputs = await program.step(inputs);
  const seconds = (performance.now() - from) / 1000 / steps;
  let stateSum = 0;
  for (const { data } of Object.values(await definition.state.read()))
    for (const value of data) stateSum += value;
  await program.dispose();
  await engine.dispose();
  return { seconds, loss: outputs.loss.data[0], stateSum };
}

const { seconds, loss, stateSum } = await measure({});
await measure({ profile: join(folder, "step") });
const events = readdirSync(folder).flatMap((file) =>
  JSON.parse(readFileSync(join(folder, file), "utf8")),
);
rmSync(folder, { recursive: true });
const nodes = events.filter(({ cat, name }) => cat === "Node" && name.endsWith("_kernel_time"));
const onProcessor = nodes.filter(({ args }) => args.provider === "CPUExecutionProvider");
const counts = {};
for (const { args } of onProcessor) counts[args.op_name] = (counts[args.op_name] ?? 0) + 1;
const runs = steps + 1;
const perStep = Object.entries(counts).map(([op, count]) => [op, Math.round(count / runs)]);
console.log(
  JSON.stringify({
    pairsPerSecond: world.batch / seconds,
    batch: world.batch,
    loss,
    stateSum,
    operators: Math.round(nodes.length / runs),
    onProcessor: Object.fromEntries(perStep.sort((a, b) => b[1] - a[1])),
  }),
);
