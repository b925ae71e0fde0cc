// Writes what XLA's CPU compiler is to be asked, one JSON object a line: every operator, and a training step on one
// device and split over four, as StableHLO text with arguments and what ONNX Runtime computes of them.
//   node packages/engine/bench/stablehlo-cases.mjs cases.jsonl && python packages/engine/bench/stablehlo_check.py cases.jsonl
import { createWriteStream } from "node:fs";
import * as ort from "onnxruntime-node";
import { GraphBuilder } from "../dist/graph/graph.js";
import { optimise } from "../dist/graph/passes.js";
import { emitOnnx } from "../dist/onnx/emitter.js";
import { createOnnxEngine } from "../dist/onnx/engine.js";
import { inputName } from "../dist/onnx/writer.js";
import { emitStableHlo } from "../dist/stablehlo/emitter.js";
import { trace } from "../dist/trace/trace.js";
import { caseName, fill, operatorCases, randomFrom } from "./operator-cases.mjs";
import { definition, initialState, randomBatch } from "./xla-train-step.mjs";

const out = createWriteStream(process.argv[2] ?? "cases.jsonl");
const base64 = ({ buffer, byteOffset, byteLength }) =>
  Buffer.from(buffer, byteOffset, byteLength).toString("base64");
const said = ({ dtype, shape }, data) => ({ dtype, shape, data: base64(data) });
const write = (record) => out.write(`${JSON.stringify(record)}\n`);

const random = randomFrom(1);
for (const check of operatorCases) {
  const builder = new GraphBuilder();
  const nodes = check.inputs.map((spec, i) => builder.input("input", `x${i}`, spec));
  const graph = { outputs: { "output:y": builder.op(check.op, nodes, check.attrs) } };
  const data = check.inputs.map((spec) => fill(spec, random));
  const { model, inputs } = emitOnnx(graph);
  const session = await ort.InferenceSession.create(model, { logSeverityLevel: 3 });
  const at = (name) => data[Number(name.slice(1))];
  const feeds = inputs.map(({ source, name, spec }) => [
    inputName(source, name),
    new ort.Tensor(spec.dtype, at(name), spec.shape),
  ]);
  const results = await session.run(Object.fromEntries(feeds));
  await session.release();
  const { text, arguments: args, results: specs } = emitStableHlo(graph, { precision: "float32" });
  write({
    ...{ name: caseName(check), devices: 1, bound: 1e-4, text },
    args: args.map(({ name, spec, isSplit }) => ({ ...said(spec, at(name)), isSplit })),
    wanted: [said(specs[0].spec, results["output:y"].data)],
  });
}

const engine = createOnnxEngine();
const initial = initialState(3);
const state = engine.state(initial);
const made = definition(state);
const batch = randomBatch(randomFrom(3), 1);
const program = await engine.compile(made);
const outputs = await program.step(batch);
const after = await state.read();
const graph = optimise(await trace(made));
for (const [precision, bound] of [
  ["float32", 1e-4],
  ["bf16", 2e-2],
]) {
  for (const devices of [1, 4]) {
    const { text, arguments: args, results } = emitStableHlo(graph, { precision, devices });
    const dataOf = ({ source, name }) => (source === "state" ? initial[name].data : batch[name]);
    write({
      ...{ name: `training step, ${precision}, ${devices} devices`, devices, bound, text },
      args: args.map((a) => ({ ...said(a.spec, dataOf(a)), type: a.type, isSplit: a.isSplit })),
      wanted: results.map(({ key, spec }) => {
        const name = key.slice(key.indexOf(":") + 1);
        return said(spec, (key.startsWith("next:") ? after : outputs)[name].data);
      }),
    });
  }
}
out.end();
