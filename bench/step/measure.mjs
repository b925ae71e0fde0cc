// One measurement in a process of its own, so that memory and threads are its own: prints one JSON object.
// node bench/step/measure.mjs '{"what":"step","world":"b32","length":77,"steps":5}'

import { createEngine } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { stepDefinition } from "./definition.mjs";
import { makeWorld, operations } from "./worlds.mjs";

const options = JSON.parse(process.argv[2] ?? "{}");
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const { threads, packWeights, withoutRules, plugin, precision, devices, compileCache } = options;
const given = { threads, packWeights, withoutRules, plugin, precision, devices, compileCache };
const engineOptions = Object.fromEntries(
  Object.entries(given).filter(([, value]) => value !== undefined),
);
// Without its kernel an operator is traced as the composite of tfjs operators that eager engines run.
for (const kernel of options.withoutKernels ?? []) tf.unregisterKernel(kernel, "cliptune-trace");

/** Median time of a step that nothing else runs beside, and the least that one took of the processor. */
async function secondsAlone(run) {
  const [seconds, processor] = [[], []];
  for (let i = 0; i < (options.steps ?? 5); i++) {
    const [from, spent] = [performance.now(), process.cpuUsage()];
    await run();
    seconds.push((performance.now() - from) / 1000);
    const { user, system } = process.cpuUsage(spent);
    processor.push((user + system) / 1e6);
  }
  return { stepS: median(seconds), processorS: Math.min(...processor) };
}

/** Mean time of a step when up to `inFlight` are asked for before the first one's loss is read, as in training. */
async function secondsOverlapped(run, inFlight) {
  const steps = options.steps ?? 5;
  const ask = async (count) => {
    const pending = [];
    for (let i = 0; i < count; i++) {
      pending.push(run());
      if (pending.length >= inFlight) await pending.shift();
    }
    await Promise.all(pending);
  };
  await ask(inFlight + 3);
  const from = performance.now();
  await ask(steps);
  return { stepS: (performance.now() - from) / 1000 / steps };
}

async function step() {
  const engine = await createEngine(options.engine ?? "onnx-cpu", engineOptions);
  const world = { ...makeWorld(options.world), ...(options.batch && { batch: options.batch }) };
  const length = options.length ?? world.length;
  const made = stepDefinition(engine, world, { length, recompute: options.recompute });
  const compileFrom = performance.now();
  const program = await engine.compile(made);
  const compileS = (performance.now() - compileFrom) / 1000;
  const size = world.config.vision.imageSize;
  const batch = {
    pixels: Uint8Array.from({ length: world.batch * size * size * 3 }, (_, i) => (i * 31) % 255),
    ids: Int32Array.from({ length: world.batch * length }, (_, i) => (i * 7919) % 6000),
    ends: new Int32Array(world.batch).fill(length - 1),
  };
  if (options.compileOnly) return { compileS };
  const { loss } = await program.step(batch);
  const taken = options.inFlight
    ? await secondsOverlapped(() => program.step(batch), options.inFlight)
    : await secondsAlone(() => program.step(batch));
  return {
    ...taken,
    pairsPerSecond: world.batch / taken.stepS,
    gflops: operations({ ...world, length }) / taken.stepS / 1e9,
    peakRssGB: process.resourceUsage().maxRSS / 1e6,
    ...(engine.memory && { peakDeviceGB: (engine.memory()?.peak ?? 0) / 1e9 }),
    compileS,
    firstLoss: loss.data[0],
  };
}

/** The best rate of one float32 product, large and square, weight and input both from outside as in a step. */
async function gemm() {
  const engine = await createEngine("onnx-cpu", engineOptions);
  const n = options.size ?? 2048;
  const spec = { dtype: "float32", shape: [n, n] };
  const program = await engine.compile({
    name: "bench-gemm",
    inputs: { a: spec, b: spec },
    run: ({ inputs: { a, b } }) => ({ outputs: { sum: tf.sum(tf.matMul(a, b, false, true)) } }),
  });
  const data = new Float32Array(n * n).fill(1 / n);
  const seconds = [];
  for (let i = 0; i < (options.steps ?? 12); i++) {
    const from = performance.now();
    await program.step({ a: data, b: data });
    seconds.push((performance.now() - from) / 1000);
  }
  return { gflops: (2 * n ** 3) / Math.min(...seconds) / 1e9 };
}

const measured = await (options.what === "gemm" ? gemm() : step());
console.log(JSON.stringify(measured));
