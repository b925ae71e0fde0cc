import { createEngine, linear } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { liveNodes } from "../dist/graph/graph.js";
import { optimise } from "../dist/graph/passes.js";
import { trace } from "../dist/trace/trace.js";

test("the backward pass stops below the lowest adapted layer", async () => {
  const layers = 6;
  const size = { dtype: "float32", shape: [4, 4] } as const;
  const matmuls = async (lowest: number) => {
    const weights = Object.fromEntries(
      Array.from({ length: layers }, (_, i) => [`${i}`, { ...size, data: new Float32Array(16) }]),
    );
    const engine = await createEngine("onnx-cpu");
    const graph = await trace({
      name: "stack",
      constants: engine.constants(weights),
      inputs: { x: size, adapter: size },
      run: ({ constants, inputs: { x, adapter } }) => {
        const forward = (delta: tf.Tensor): tf.Scalar => {
          let h = x!;
          for (let i = 0; i < layers; i++) {
            const weight = constants[`${i}`]!;
            h = linear(h, i === lowest ? tf.add(weight, delta) : weight);
          }
          return tf.sum(tf.square(h));
        };
        return { outputs: { grad: tf.grad(forward as (x: tf.Tensor) => tf.Tensor)(adapter!) } };
      },
    });
    return liveNodes(optimise(graph)).filter(({ op }) => op === "matmul").length;
  };
  // forward: all layers; backward: one for each layer above the lowest adapted one, one for its own gradient
  for (const lowest of [0, 3, 5])
    expect(await matmuls(lowest)).toBe(layers + (layers - 1 - lowest) + 1);
});

test("the gradient of what is repeated does not grow with the repetitions", async () => {
  const nodes = async (times: number) => {
    const graph = await trace({
      name: "class token",
      inputs: { token: { dtype: "float32", shape: [1, 1, 4] } },
      run: ({ inputs: { token } }) => {
        const loss = (x: tf.Tensor) => tf.sum(tf.square(tf.broadcastTo(x, [times, 2, 4])));
        return { outputs: { grad: tf.grad(loss)(token!) } };
      },
    });
    return liveNodes(optimise(graph)).length;
  };
  expect(await nodes(512)).toBe(await nodes(2));
});
