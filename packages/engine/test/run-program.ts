import type { Arrays, Data, Engine, NdArray, Specs, Tensors } from "@cliptune/engine";
import type * as tf from "@tensorflow/tfjs-core";
import { expect } from "vitest";

const dataOf = (arrays: Arrays): Record<string, Data> =>
  Object.fromEntries(Object.entries(arrays).map(([name, { data }]) => [name, data]));

/** Compiles `run` over `arrays` as inputs, steps once, throws the program away. */
export async function runOnce(
  engine: Engine,
  arrays: Arrays,
  run: (inputs: Tensors) => Tensors,
  name = "once",
): Promise<Arrays> {
  const program = await engine.compile({
    name,
    inputs: arrays as Specs,
    run: ({ inputs }) => ({ outputs: run(inputs) }),
  });
  const outputs = await program.step(dataOf(arrays));
  await program.dispose();
  return outputs;
}

/** One use of an operator: its inputs and the tfjs code over them. */
export interface Case {
  readonly inputs: readonly NdArray[];
  readonly run: (...x: tf.Tensor[]) => tf.Tensor | readonly tf.Tensor[];
}

/** Runs cases as one program; outputs are named by case, result and input shapes. */
export function runCases(engine: Engine, cases: readonly Case[], name: string): Promise<Arrays> {
  const key = (c: number, i: number) => `case ${c} input ${i}`;
  const arrays = cases.flatMap(({ inputs }, c) => inputs.map((x, i) => [key(c, i), x] as const));
  return runOnce(
    engine,
    Object.fromEntries(arrays),
    (given) => {
      const outputs: Record<string, tf.Tensor> = {};
      cases.forEach(({ inputs, run }, c) => {
        const results = run(...inputs.map((_, i) => given[key(c, i)]!));
        const shown = inputs.map(({ dtype, shape }) => `${dtype} [${shape.join(", ")}]`).join(", ");
        [results].flat().forEach((result, r) => {
          outputs[`case ${c} (${shown}) result ${r}`] = result as tf.Tensor;
        });
      });
      return outputs;
    },
    name,
  );
}

/** Largest |a − b| / (relative·|b| + absolute) over the elements; NaN equals NaN, infinities equal themselves. */
function worst(a: Data, b: Data, tolerance: Tolerance): number {
  const { relative = 1e-5, absolute = 1e-6, finiteOnly = false } = tolerance;
  let excess = 0;
  for (let i = 0; i < b.length; i++) {
    if (Object.is(a[i], b[i]) || a[i] === b[i] || (finiteOnly && !Number.isFinite(b[i]))) continue;
    const error = Math.abs(a[i]! - b[i]!) / (relative * Math.abs(b[i]!) + absolute);
    excess = Math.max(excess, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
  }
  return excess;
}

export interface Tolerance {
  /** 1e-5 unless given */
  readonly relative?: number;
  /** 1e-6 unless given */
  readonly absolute?: number;
  /** where NaN or an infinity is expected, anything will do */
  readonly finiteOnly?: boolean;
}

/** Same names, types and shapes; floats within tolerance, everything else equal. */
export function expectAgree(actual: Arrays, expected: Arrays, tolerance: Tolerance = {}): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, wanted] of Object.entries(expected)) {
    const got = actual[name]!;
    expect(`${got.dtype} [${got.shape.join()}]`, name).toBe(
      `${wanted.dtype} [${wanted.shape.join()}]`,
    );
    expect(got.data.length, name).toBe(wanted.data.length);
    const exact = wanted.dtype !== "float32";
    const excess = worst(
      got.data,
      wanted.data,
      exact ? { relative: 0, absolute: 1e-9 } : tolerance,
    );
    const show = (data: Data) => Array.from(data.slice(0, 12), (x) => Number(x).toPrecision(7));
    expect(excess, `${name}: got ${show(got.data)}; expected ${show(wanted.data)}`).toBeLessThan(1);
  }
}
