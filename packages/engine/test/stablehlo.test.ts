import { createEngine, type ProgramDefinition, type Spec } from "@cliptune/engine";
import { describe, expect, test } from "vitest";
import { caseName, operatorCases } from "../bench/operator-cases.mjs";
import { definition, initialState } from "../bench/xla-train-step.mjs";
import { GraphBuilder, type Node } from "../dist/graph/graph.js";
import { type OpName, opNames } from "../dist/graph/operators.js";
import { optimise } from "../dist/graph/passes.js";
import { emitStableHlo } from "../dist/stablehlo/emitter.js";
import { denseText, hloTypes, tensorType } from "../dist/stablehlo/writer.js";
import { trace } from "../dist/trace/trace.js";
import { checkModule } from "./hlo-checker.js";

type Case = Readonly<{ op: OpName; inputs: readonly Spec[]; attrs: Node["attrs"] }>;
type Precision = "float32" | "tf32" | "bf16";

const precision = "float32";
const typeText = ({ dtype, shape }: { dtype: keyof typeof hloTypes; shape: readonly number[] }) =>
  tensorType({ type: hloTypes[dtype], shape });

function emitCase({ op, inputs, attrs }: Case, as: Precision = precision) {
  const b = new GraphBuilder();
  const nodes = inputs.map((spec, i) => b.input("input", `x${i}`, spec));
  return emitStableHlo({ outputs: { "output:y": b.op(op, nodes, attrs) } }, { precision: as });
}

describe("each primitive operator in StableHLO", () => {
  test.each((operatorCases as readonly Case[]).map((c) => [caseName(c), c] as const))(
    "%s",
    (_, c) => {
      const program = emitCase(c);
      const types = checkModule(program.text);
      expect(types.arguments).toEqual(c.inputs.map(typeText));
      expect(types.results).toEqual(program.results.map(({ spec }) => typeText(spec)));
    },
  );

  test("has a case above", () => {
    const tested = new Set<string>(operatorCases.map(({ op }) => op));
    expect(opNames.filter((op) => !tested.has(op))).toEqual(["input", "literal"]);
  });
});

test("a program is a module with one function, broadcasts spelled out", () => {
  const b = new GraphBuilder();
  const x = b.input("input", "x", { dtype: "uint8", shape: [2, 3] });
  const y = b.op("add", [b.op("cast", [x], { dtype: "float32" }), b.scalar(0.5)]);
  expect(emitStableHlo({ outputs: { "output:y": y } }, { precision }).text).toBe(`module @program {
func.func public @main(%arg0: tensor<2x3xui8>) -> (tensor<2x3xf32>) {
%0 = stablehlo.convert %arg0 : (tensor<2x3xui8>) -> tensor<2x3xf32>
%1 = stablehlo.constant dense<0x3F000000> : tensor<f32>
%2 = stablehlo.broadcast_in_dim %1, dims = [] : (tensor<f32>) -> tensor<2x3xf32>
%3 = stablehlo.add %0, %2 : tensor<2x3xf32>
return %3 : tensor<2x3xf32>
}
}
`);
});

test("state that a program replaces is donated to the result of its name, other state is not", () => {
  const b = new GraphBuilder();
  const leaf = (source: "state" | "constant", name: string) =>
    b.input(source, name, { dtype: "float32", shape: [4] });
  const [kept, grown, w] = [leaf("state", "kept"), leaf("state", "grown"), leaf("constant", "w")];
  const next = b.op("mul", [b.op("add", [grown, w]), kept]);
  const outputs = { "output:sum": b.op("reduceSum", [next], { axes: [0] }), "next:grown": next };
  const program = emitStableHlo({ outputs }, { precision });
  expect(program.arguments.map(({ name, donatedTo }) => [name, donatedTo])).toEqual([
    ["grown", 1],
    ["w", undefined],
    ["kept", undefined],
  ]);
  expect(program.text.match(/%\w+: tensor<4xf32> \{tf.aliasing_output = 1 : i32\}/g)).toEqual([
    "%arg0: tensor<4xf32> {tf.aliasing_output = 1 : i32}",
  ]);
});

test("over several devices inputs are split by rows where they can be; the rest, and all results, are on each", () => {
  const b = new GraphBuilder();
  const leaf = (source: "state" | "input", name: string, ...shape: number[]) =>
    b.input(source, name, { dtype: "float32", shape });
  const [x, odd, w] = [leaf("input", "x", 4, 2), leaf("input", "odd", 3), leaf("state", "w", 4)];
  const sum = b.op("reduceSum", [x], { axes: [0] });
  const next = b.op("mul", [w, b.op("reduceSum", [odd], { axes: [0] })]);
  const outputs = { "output:sum": sum, "next:w": next };
  const program = emitStableHlo({ outputs }, { precision, devices: 2 });
  checkModule(program.text);
  const lies = (axes: string) => `sdy.sharding = #sdy.sharding<@mesh, [${axes}]>`;
  const [module, mesh, main] = program.text.split("\n");
  expect(module).toContain("{mhlo.num_partitions = 2 : i32, mhlo.num_replicas = 1 : i32}");
  expect(mesh).toBe('sdy.mesh @mesh = <["rows"=2]>');
  expect(main).toContain(`%arg0: tensor<4x2xf32> {${lies('{"rows"}, {}')}}`);
  expect(main).toContain(`%arg1: tensor<4xf32> {tf.aliasing_output = 1 : i32, ${lies("{}")}}`);
  expect(main).toContain(`%arg2: tensor<3xf32> {${lies("{}")}}`);
  expect(main).toContain(`-> (tensor<2xf32> {${lies("{}")}}, tensor<4xf32> {${lies("{}")}})`);
  expect(program.arguments.map(({ name, isSplit }) => [name, isSplit])).toEqual([
    ["x", true],
    ["w", false],
    ["odd", false],
  ]);
});

test("precision sets how a product of plain values reads them; it sums in float32 always", () => {
  const plain = operatorCases.find(({ op }) => op === "matmul")!;
  const dot = (as: Precision) => /stablehlo.dot_general .*/.exec(emitCase(plain, as).text)![0];
  expect(dot("float32")).toContain("precision = [HIGHEST, HIGHEST]");
  expect(dot("tf32")).toContain("precision = [DEFAULT, DEFAULT]");
  expect(dot("bf16")).toMatch(
    /DEFAULT\] : \(tensor<4x5xf32>, tensor<5x3xf32>\) -> tensor<4x3xf32>$/,
  );
});

test("literals keep every bit: infinities, NaN, −0 and least floats too", () => {
  const bits = (...values: number[]) => denseText(Float32Array.from(values), "f32");
  expect(bits(Infinity)).toBe("dense<0x7F800000>");
  expect(bits(-0, -0)).toBe("dense<0x80000000>");
  expect(bits(0, -0)).toBe('dense<"0x0000000000000080">');
  expect(bits(Number.NaN)).toBe("dense<0x7FC00000>");
  expect(bits(2 ** -149)).toBe("dense<0x00000001>");
  expect(denseText(Int32Array.of(-1, 258), "i32")).toBe('dense<"0xFFFFFFFF02010000">');
  expect(denseText(Uint8Array.of(1, 0), "i1")).toBe("dense<[true, false]>");
});

test("a traced training step is well-formed and donates all of its state", async () => {
  const engine = await createEngine("onnx-cpu", { threads: 1 });
  const state = engine.state(initialState(1));
  const program = emitStableHlo(
    optimise(await trace(definition(state) as unknown as ProgramDefinition)),
    { precision },
  );
  const types = checkModule(program.text);
  const names = Object.keys(state.specs).sort();
  const donated = program.arguments.filter(({ donatedTo }) => donatedTo !== undefined);
  expect(donated.map(({ name }) => name).sort()).toEqual(names);
  for (const { name, donatedTo, spec } of donated) {
    expect(program.results[donatedTo!]!.key).toBe(`next:${name}`);
    expect(types.results[donatedTo!]).toBe(typeText(spec));
  }
});
