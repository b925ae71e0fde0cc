// Trains with LoRA on ONNX Runtime and writes down what XLA needs to take the same steps: programs, weights, batches.
//   node bench/gpu/record.mjs MODEL PICTURES run.jsonl [STEPS] && python bench/gpu/replay.py run.jsonl

import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine } from "@cliptune/engine";
import { loadTrainModel, parseTrainConfig, train } from "@cliptune/trainer";
import { optimise } from "../../packages/engine/dist/graph/passes.js";
import { emitStableHlo } from "../../packages/engine/dist/stablehlo/emitter.js";
import { trace } from "../../packages/engine/dist/trace/trace.js";

const [modelDir, pictures, out, steps = "200"] = process.argv.slice(2);
if (!out) throw new Error("usage: node bench/gpu/record.mjs MODEL PICTURES run.jsonl [STEPS]");
const base64 = ({ buffer, byteOffset, byteLength }) =>
  Buffer.from(buffer, byteOffset, byteLength).toString("base64");
const write = (record) => appendFileSync(out, `${JSON.stringify(record)}\n`);
writeFileSync(out, "");

const engine = await createEngine("onnx-cpu");
const constantsOf = new WeakMap();

/** A program that writes down itself, what it starts from, and what it is fed. */
async function recorded(definition) {
  const program = await engine.compile(definition);
  if (!definition.name.startsWith("train-step")) return program;
  const graph = optimise(await trace(definition), ["padRows"]);
  const emitted = (precision) => {
    const { text, arguments: args, results } = emitStableHlo(graph, { precision });
    const said = args.map(({ spec, ...argument }) => ({ ...argument, ...spec }));
    return { text, args: said, results: results.map(({ key }) => key) };
  };
  const { name } = definition;
  const state = await definition.state.read();
  const held = { constant: constantsOf.get(definition.constants), state };
  const programs = { float32: emitted("float32"), bf16: emitted("bf16") };
  const kept = programs.float32.args.filter(({ source }) => source !== "input");
  const arrays = kept.map((a) => [`${a.source} ${a.name}`, base64(held[a.source][a.name].data)]);
  write({ name, programs, arrays: Object.fromEntries(arrays) });
  const step = async (inputs) => {
    const outputs = await program.step(inputs);
    const fed = Object.entries(inputs).map(([key, data]) => [key, base64(data)]);
    write({ name, inputs: Object.fromEntries(fed), loss: outputs.loss.data[0] });
    return outputs;
  };
  return { name, step, dispose: program.dispose };
}

const recorder = {
  ...engine,
  constants: (arrays) => {
    const constants = engine.constants(arrays);
    constantsOf.set(constants, arrays);
    return constants;
  },
  compile: recorded,
};
const config = parseTrainConfig(
  {
    ...{ model: modelDir, steps: Number(steps), batchSize: 32, lora: { rank: 16, alpha: 32 } },
    data: { train: [{ path: pictures }] },
    evaluate: { start: false },
  },
  "bench",
);
const outDir = mkdtempSync(join(tmpdir(), "cliptune-record-"));
await train(config, { outDir, engine: recorder, model: await loadTrainModel(config) });
await engine.dispose();
rmSync(outDir, { recursive: true });
