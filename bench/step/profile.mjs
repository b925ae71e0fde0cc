// Where the step's time goes: each operator's least time over the steps, summed by kind and by shape.
// node bench/step/profile.mjs [--world b32] [--threads 1] [--steps 12] [--rows 40]

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createEngine } from "@cliptune/engine";
import { stepDefinition } from "./definition.mjs";
import { makeWorld } from "./worlds.mjs";

const { values: flags } = parseArgs({
  options: {
    world: { type: "string", default: "b32" },
    threads: { type: "string", default: "1" },
    steps: { type: "string", default: "12" },
    rows: { type: "string", default: "40" },
  },
});

/** Runs the step under ONNX Runtime's profiler, and gives the events that it wrote. */
async function profile() {
  const folder = mkdtempSync(join(tmpdir(), "cliptune-profile-"));
  try {
    const options = { threads: Number(flags.threads), profile: join(folder, "step") };
    const engine = await createEngine("onnx-cpu", options);
    const world = makeWorld(flags.world);
    const { batch, length } = world;
    const program = await engine.compile(stepDefinition(engine, world, { length }));
    const size = world.config.vision.imageSize;
    const inputs = {
      pixels: new Uint8Array(batch * size * size * 3).fill(128),
      ids: Int32Array.from({ length: batch * length }, (_, i) => (i * 7919) % 6000),
      ends: new Int32Array(batch).fill(length - 1),
    };
    for (let i = 0; i < Number(flags.steps); i++) await program.step(inputs);
    await program.dispose();
    return JSON.parse(readFileSync(join(folder, readdirSync(folder)[0]), "utf8"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const product = (shape) => shape.reduce((n, d) => n * d, 1);
const shapes = (types) => types.flatMap((type) => Object.values(type));

/** Multiplications and additions of a matrix product; nothing else is counted. */
function operations(kind, inputs, output) {
  if (kind !== "Gemm" && kind !== "FusedMatMul") return 0;
  const rows = product(output) / output.at(-1);
  return 2 * product(output) * (product(inputs[0]) / rows);
}

/** Each node once, with the least time in milliseconds that it took. */
function nodesOf(events) {
  const nodes = new Map();
  for (const { cat, name, dur, args } of events) {
    if (cat !== "Node" || !name.endsWith("_kernel_time")) continue;
    const known = nodes.get(args.node_index);
    if (known) {
      known.ms = Math.min(known.ms, dur / 1000);
      continue;
    }
    const [inputs, [output]] = [shapes(args.input_type_shape), shapes(args.output_type_shape)];
    const shown = inputs.map((shape) => `[${shape}]`).join(" ");
    nodes.set(args.node_index, {
      kind: args.op_name,
      shape: `${args.op_name} ${shown} → [${output}]`,
      ms: dur / 1000,
      operations: operations(args.op_name, inputs, output),
    });
  }
  return [...nodes.values()];
}

function table(nodes, by, rows) {
  const groups = new Map();
  for (const node of nodes) {
    const group = groups.get(node[by]) ?? { count: 0, ms: 0, operations: 0 };
    group.count++;
    group.ms += node.ms;
    group.operations += node.operations;
    groups.set(node[by], group);
  }
  const total = nodes.reduce((sum, { ms }) => sum + ms, 0);
  console.log(`| ${by} | nodes | ms | % | GFLOPS |\n| --- | --: | --: | --: | --: |`);
  const sorted = [...groups].sort(([, a], [, b]) => b.ms - a.ms).slice(0, rows);
  for (const [name, { count, ms, operations }] of sorted) {
    const rate = operations > 0 ? (operations / ms / 1e6).toFixed(0) : "";
    const share = ((100 * ms) / total).toFixed(1);
    console.log(`| ${name} | ${count} | ${ms.toFixed(1)} | ${share} | ${rate} |`);
  }
  console.log(`\n${total.toFixed(0)} ms in ${nodes.length} nodes\n`);
}

const nodes = nodesOf(await profile());
table(nodes, "kind", Number(flags.rows));
table(nodes, "shape", Number(flags.rows));
