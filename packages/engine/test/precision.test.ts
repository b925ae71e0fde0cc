import { createEngine, fullPrecision, layerNorm, linear } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { optimise } from "../dist/graph/passes.js";
import { toBfloat16 } from "../dist/pjrt/bfloat16.js";
import { storedType } from "../dist/stablehlo/arguments.js";
import { emitStableHlo } from "../dist/stablehlo/emitter.js";
import { trace } from "../dist/trace/trace.js";
import type { ProgramDefinition, Specs } from "../src/types.js";
import { checkModule } from "./hlo-checker.js";

const [rows, width, rank] = [6, 8, 2];
const f32 = (...shape: number[]) => ({ dtype: "float32", shape }) as const;

/** Values that stand for themselves: only their shapes matter to a trace. */
const engine = await createEngine("cpu");
const zeros = (specs: Specs) =>
  Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [
      name,
      { ...spec, data: new Float32Array(spec.shape.reduce((n, d) => n * d, 1)) },
    ]),
  );

/** One adapted layer on either side of a contrastive loss, its LoRA matrices trained by gradient descent. */
const step: ProgramDefinition = {
  name: "precision",
  constants: engine.constants(
    zeros({ w: f32(width, width), bias: f32(width), gain: f32(width), shift: f32(width) }),
  ),
  state: engine.state(zeros({ a: f32(rank, width), b: f32(width, rank) })),
  inputs: { x: f32(rows, width), y: f32(rows, width) },
  run: ({ constants: { w, bias, gain, shift }, state, inputs: { x, y } }) => {
    const loss = (a: tf.Tensor, b: tf.Tensor) => {
      const embed = (z: tf.Tensor) => {
        const normal = layerNorm(linear(z, w!), gain!, shift!, 1e-5);
        const h = tf.add(linear(normal, w!, bias), linear(linear(normal, a), b));
        const exact = fullPrecision(h);
        return tf.div(exact, tf.norm(exact, 2, -1, true)) as tf.Tensor2D;
      };
      return tf.sum(tf.logSoftmax(tf.matMul(embed(x!), embed(y!), false, true))) as tf.Scalar;
    };
    const { value, grads } = tf.valueAndGrads(loss)([state["a"]!, state["b"]!]);
    const next = (name: string, i: number) => tf.sub(state[name]!, tf.mul(grads[i]!, 0.1));
    return { outputs: { loss: value }, state: { a: next("a", 0), b: next("b", 1) } };
  },
};

const emitted = async (precision: "float32" | "bf16") =>
  emitStableHlo(optimise(await trace(step)), { precision });

/** Types of operands and result of every product, shapes left out but for the result's. */
const products = (text: string): string[] =>
  [
    ...text.matchAll(/dot_general .* precision = \[(\w+), .* : \((.*), (.*)\) -> tensor<(.*)>/g),
  ].map(([, precision, a, b, result]) =>
    [...[a!, b!].map((type) => /(\w+)>/.exec(type)![1]!.split("x").at(-1)), result, precision].join(
      " ",
    ),
  );

test("in bf16, activations and frozen matrices are bfloat16, gradients of parameters and the loss float32", async () => {
  const program = await emitted("bf16");
  checkModule(program.text);
  const found = products(program.text);
  const all = (wanted: RegExp) => found.filter((line) => wanted.test(line));
  expect(all(/^bf16 bf16 6x8xbf16 DEFAULT$/).length).toBeGreaterThan(5); // through W, A and B
  expect(all(/^bf16 bf16 (2x8|8x2)xf32 DEFAULT$/)).toHaveLength(4); // gradients of A and B, on either side
  expect(all(/^f32 f32 6x6xf32 HIGHEST$/)).toHaveLength(1); // the logits
  expect(all(/^f32 f32 6x8xf32 HIGHEST$/)).toHaveLength(2); // and their gradients
  const types = program.arguments.map(({ name, type }) => `${name} ${type}`).sort();
  const frozen = ["bias f32", "gain f32", "shift f32", "w bf16"];
  expect(types).toEqual(["a f32", "b f32", ...frozen, "x f32", "y f32"].sort());
});

test("in float32 nothing is bfloat16", async () => {
  const { text } = await emitted("float32");
  expect(text).not.toContain("bf16");
  expect(new Set(products(text).map((line) => line.split(" ").at(-1)))).toEqual(
    new Set(["HIGHEST"]),
  );
});

test("only frozen matrices are stored as bfloat16, and only in bf16", () => {
  expect(storedType("constant", f32(3, 4), "bf16")).toBe("bf16");
  expect(storedType("constant", f32(3, 4), "tf32")).toBe("f32");
  expect(storedType("constant", f32(3), "bf16")).toBe("f32");
  expect(storedType("constant", { dtype: "int32", shape: [3, 4] }, "bf16")).toBe("i32");
  expect(storedType("state", f32(3, 4), "bf16")).toBe("f32");
});

test("float32 becomes bfloat16 by rounding to the nearest, ties to even", () => {
  const step = 2 ** -7; // between neighbours from 1 to 2
  const values = [1, 1 + 0.4 * step, 1 + 0.5 * step, 1 + 1.5 * step, 1 + 0.6 * step, -0, 3.4e38];
  const special = [Infinity, -Infinity, Number.NaN];
  const data = Float32Array.from([...values, ...special]);
  const { dtype, data: halves } = toBfloat16({ dtype: "float32", shape: [10], data });
  const back = new Float32Array(
    Uint32Array.from(halves as Uint16Array, (half) => (half << 16) >>> 0).buffer,
  );
  const rounded = [1, 1, 1, 1 + 2 * step, 1 + step, -0, Infinity];
  expect(dtype).toBe("bfloat16");
  expect([...back]).toEqual([...rounded, ...special]);
});
