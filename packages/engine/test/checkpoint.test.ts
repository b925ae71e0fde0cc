import { checkpoint, createEngine, layerNorm, linear, quickGelu } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { liveNodes } from "../dist/graph/graph.js";
import { optimise } from "../dist/graph/passes.js";
import { trace } from "../dist/trace/trace.js";
import { arraysFrom } from "./random-arrays.js";
import { runOnce } from "./run-program.js";

const { float } = arraysFrom(5);
const width = 8;
const blocks = 3;
const arrays = {
  x: float([6, width]),
  ...Object.fromEntries(
    Array.from({ length: blocks }, (_, i) => [
      [`up${i}`, float([2 * width, width])],
      [`down${i}`, float([width, 2 * width])],
    ]).flat(),
  ),
};
const names = Object.keys(arrays);

const block = (x: tf.Tensor, up: tf.Tensor, down: tf.Tensor): tf.Tensor => {
  const normed = layerNorm(x, tf.ones([width]), tf.zeros([width]), 1e-5);
  return tf.add(x, linear(quickGelu(linear(normed, up)), down));
};

/** Value and gradients of a small residual stack. */
const gradients = (recompute: boolean) => (inputs: Record<string, tf.Tensor>) => {
  const loss = (...values: tf.Tensor[]) => {
    const at = (name: string) => values[names.indexOf(name)]!;
    let x = at("x");
    for (let i = 0; i < blocks; i++) {
      const parts = [x, at(`up${i}`), at(`down${i}`)] as [tf.Tensor, tf.Tensor, tf.Tensor];
      const run = block as (...inputs: tf.Tensor[]) => tf.Tensor;
      x = recompute ? checkpoint(run, ...parts) : block(...parts);
    }
    return tf.mean(tf.square(x)) as tf.Scalar;
  };
  const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => inputs[name]!));
  return { loss: value, ...Object.fromEntries(names.map((name, i) => [`d ${name}`, grads[i]!])) };
};

describe.each(["onnx-cpu", "cpu"] as const)("checkpoint on %s", (name) => {
  test("changes neither the value nor any gradient", async () => {
    const engine = await createEngine(name);
    const plain = await runOnce(engine, arrays, gradients(false));
    const recomputed = await runOnce(engine, arrays, gradients(true));
    expect(Object.keys(recomputed)).toEqual(Object.keys(plain));
    for (const [key, { data }] of Object.entries(plain)) {
      for (const [i, value] of data.entries())
        expect(recomputed[key]!.data[i], key).toBeCloseTo(value, 5);
    }
  });
});

test("a compiled program really computes the blocks again", async () => {
  const products = async (recompute: boolean) => {
    const run = ({ inputs }: { inputs: Record<string, tf.Tensor> }) => ({
      outputs: gradients(recompute)(inputs),
    });
    const graph = optimise(await trace({ name: "count", inputs: arrays, run } as never));
    return liveNodes(graph).filter(({ op }) => op === "matmul").length;
  };
  // Of a block, the first product must be made again; the second only gives the block's result.
  expect((await products(true)) - (await products(false))).toBe(blocks);
});
