// Compares XLA with ONNX Runtime on the machine it runs on: every operator, then a training step with its state on
// the device, on one and on as many as there are (2, 4), 1,000 steps that must not leak, and a step that was compiled
// before, by the compile cache.
//   node packages/engine/bench/xla-check.mjs path/to/xla_cuda_plugin.so
// Without a GPU: bench/gpu/cpu-plugin/build.sh. Ends with status 1 when a figure is out of bounds.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createXlaEngine } from "@cliptune/engine";
import * as ort from "onnxruntime-node";
import { GraphBuilder } from "../dist/graph/graph.js";
import { emitOnnx } from "../dist/onnx/emitter.js";
import { createOnnxEngine } from "../dist/onnx/engine.js";
import { inputName } from "../dist/onnx/writer.js";
import { openClient } from "../dist/pjrt/client.js";
import { emitStableHlo } from "../dist/stablehlo/emitter.js";
import { caseName, fill, operatorCases, randomFrom } from "./operator-cases.mjs";
import { batch, definition, initialState, randomBatch } from "./xla-train-step.mjs";

const plugin = process.argv[2];
if (!plugin) throw new Error("usage: node xla-check.mjs PLUGIN");
const started = performance.now();
const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
const failures = [];

/** The greatest |a − b| / max(1, |b|). */
const difference = (a, b) =>
  a.reduce((worst, value, i) => {
    const wanted = Number(b[i]);
    const error = Object.is(Number(value), wanted)
      ? 0
      : Math.abs(Number(value) - wanted) / Math.max(1, Math.abs(wanted));
    return Number.isNaN(error) ? Infinity : Math.max(worst, error);
  }, 0);

async function checkOperators() {
  const client = await openClient(plugin);
  console.log(`${client.description}, after ${seconds()}`);
  const random = randomFrom(1);
  const worst = new Map();
  for (const check of operatorCases) {
    const builder = new GraphBuilder();
    const nodes = check.inputs.map((spec, i) => builder.input("input", `x${i}`, spec));
    const graph = { outputs: { "output:y": builder.op(check.op, nodes, check.attrs) } };
    const data = check.inputs.map((spec) => fill(spec, random));
    try {
      const [got, wanted] = [await onXla(client, graph, data), await onOnnx(graph, data)];
      const error = got.length === wanted.length ? difference(Array.from(got), wanted) : Infinity;
      worst.set(check.op, Math.max(worst.get(check.op) ?? 0, error));
      if (!(error < 1e-4)) failures.push(`${caseName(check)}: ${error}`);
    } catch (cause) {
      failures.push(`${caseName(check)}: ${cause.message.slice(0, 400)}`);
    }
  }
  console.log("\nmaximum difference from ONNX Runtime, relative to max(1, |value|)");
  const rows = [...worst].map(([op, error]) => `${op.padEnd(14)}${error.toExponential(1)}`);
  for (let i = 0; i < rows.length; i += 4) console.log(rows.slice(i, i + 4).join("   "));
  console.log(`${operatorCases.length} cases, after ${seconds()}\n`);
  await client.dispose();
}

async function onXla(client, graph, data) {
  const program = emitStableHlo(graph, { precision: "float32" });
  const executable = client.compile(program.text);
  const uploads = program.arguments.map(({ name, spec }) =>
    client.upload({ ...spec, data: data[Number(name.slice(1))] }),
  );
  const args = uploads.map(({ buffer }) => buffer);
  const [[result]] = client.execute(executable, [args], 1);
  const array = await client.download(result, program.results[0].spec);
  await Promise.all(uploads.map(({ done }) => done));
  for (const buffer of [result, ...args]) client.release(buffer);
  client.releaseExecutable(executable);
  return array.data;
}

async function onOnnx(graph, data) {
  const { model, inputs } = emitOnnx(graph);
  const session = await ort.InferenceSession.create(model, { logSeverityLevel: 3 });
  const feeds = inputs.map(({ source, name, spec }) => [
    inputName(source, name),
    new ort.Tensor(spec.dtype, data[Number(name.slice(1))], spec.shape),
  ]);
  const results = await session.run(Object.fromEntries(feeds));
  await session.release();
  return results["output:y"].data;
}

async function train(engine, steps, { seed = 3 } = {}) {
  const state = engine.state(initialState(seed));
  const from = performance.now();
  const program = await engine.compile(definition(state));
  const compileS = (performance.now() - from) / 1000;
  const random = randomFrom(seed);
  const losses = [];
  for (let i = 1; i <= steps; i++) {
    const { loss } = await program.step(randomBatch(random, i));
    losses.push(loss.data[0]);
  }
  return { losses, state, program, random, compileS };
}

const bounds = { float32: 1e-4, tf32: 1e-2, bf16: 5e-2 };

/** Eight steps beside ONNX Runtime's; then `also`, with what they left. */
async function checkTraining(wanted, options, also = () => {}) {
  const { precision, devices = 1 } = options;
  const engine = await createXlaEngine({ plugin, ...options });
  const got = await train(engine, 8);
  const [mine, theirs] = [await got.state.read(), await wanted.state.read()];
  const weights = Math.max(
    ...Object.keys(mine).map((key) => difference(Array.from(mine[key].data), theirs[key].data)),
  );
  const losses = difference(got.losses, wanted.losses);
  const what = `training, 8 steps, ${precision}, ${devices} ${devices > 1 ? "devices" : "device"}`;
  console.log(`${what}: loss ${losses.toExponential(1)}, state ${weights.toExponential(1)}`);
  if (!(losses < bounds[precision])) failures.push(`${what}: loss differs by ${losses}`);
  await also(engine, got);
  await got.program.dispose();
  got.state.dispose();
  await engine.dispose();
  return got;
}

async function devicesThere() {
  for (const count of [4, 2]) {
    const client = await openClient(plugin, count).catch(() => undefined);
    await client?.dispose();
    if (client) return count;
  }
  return 1;
}

/** The first engine compiles, the second one loads what the first one kept, and takes the same steps. */
async function checkCompileCache(wanted) {
  const directory = mkdtempSync(join(tmpdir(), "cliptune-compiled-"));
  const options = { precision: "bf16", compileCache: { directory } };
  const [made, loaded] = [
    await checkTraining(wanted, options),
    await checkTraining(wanted, options),
  ];
  console.log(
    `compile cache: ${made.compileS.toFixed(2)} s compiled, ${loaded.compileS.toFixed(2)} s loaded`,
  );
  const kept = readdirSync(directory).length;
  if (kept !== 1) failures.push(`compile cache: ${kept} entries of one program`);
  if (difference(loaded.losses, made.losses) > 0)
    failures.push("compile cache: what was loaded computes another");
  rmSync(directory, { recursive: true });
}

async function checkLeaks(engine, { program, random }) {
  const fed = Array.from({ length: 16 }, (_, i) => randomBatch(random, 9 + i));
  const measure = () => ({
    host: process.memoryUsage().rss / 2 ** 20,
    device: (engine.memory()?.inUse ?? 0) / 2 ** 20,
  });
  const run = async (steps) => {
    let inFlight = Promise.resolve();
    for (let i = 0; i < steps; i++) {
      const next = program.step(fed[i % fed.length]);
      await inFlight;
      inFlight = next;
    }
    await inFlight;
    globalThis.gc?.();
  };
  await run(200);
  const before = measure();
  const from = performance.now();
  await run(1000);
  const rate = (1000 * 1000) / (performance.now() - from);
  const after = measure();
  console.log(
    `1,000 steps of ${batch}: ${rate.toFixed(0)} steps/s; memory of the process ${before.host.toFixed(1)} to ${after.host.toFixed(1)} MiB, of the device ${before.device.toFixed(3)} to ${after.device.toFixed(3)} MiB`,
  );
  if (after.device > before.device + 0.01) failures.push("device memory grew over 1,000 steps");
  if (after.host > before.host + 30) failures.push("the process grew over 1,000 steps");
}

await checkOperators();
const wanted = await train(createOnnxEngine(), 8);
for (const precision of Object.keys(bounds)) {
  await checkTraining(wanted, { precision }, precision === "float32" ? checkLeaks : undefined);
}
const devices = await devicesThere();
for (const precision of devices > 1 ? ["float32", "bf16"] : []) {
  await checkTraining(wanted, { precision, devices }, checkLeaks);
}
await checkCompileCache(wanted);
console.log(`done after ${seconds()}`);
for (const failure of failures) console.log(`FAILED ${failure}`);
process.exit(failures.length > 0 ? 1 : 0);
