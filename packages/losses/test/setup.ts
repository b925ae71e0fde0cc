import "@cliptune/engine"; // registers tfjs's gradients
import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { expect } from "vitest";

await tf.setBackend("cpu");

export const reference = JSON.parse(
  readFileSync(new URL("./fixtures/reference.json", import.meta.url), "utf8"),
);

export const value = (scalar: tf.Tensor): number => scalar.dataSync()[0]!;

/** `[rows, width]` unit vectors, a pure function of the seed. */
export function unitRows(rows: number, width: number, seed: number): tf.Tensor2D {
  return tf.tidy(() => {
    const x = tf.randomNormal([rows, width], 0, 1, "float32", seed) as tf.Tensor2D;
    return tf.div(x, tf.norm(x, 2, 1, true)) as tf.Tensor2D;
  });
}

/** The gradient's slope along random directions must equal central differences of the value. */
export function expectSlopes(f: (x: tf.Tensor2D) => tf.Scalar, x: tf.Tensor2D): void {
  const gradient = tf.grad((t) => f(t as tf.Tensor2D))(x);
  for (let seed = 1; seed <= 5; seed++) {
    const direction = unitRows(x.shape[0], x.shape[1], seed);
    const step = tf.mul(direction, 5e-3) as tf.Tensor2D;
    const difference = value(f(tf.add(x, step))) - value(f(tf.sub(x, step)));
    const slope = value(tf.sum(tf.mul(gradient, direction)));
    expect(Math.abs(slope)).toBeGreaterThan(1e-4);
    expect(difference / 1e-2).toBeCloseTo(slope, 2);
  }
}

/** Reversed and rotated: no row stays where it was. */
export const permute = (x: tf.Tensor2D): tf.Tensor2D => {
  const rows = x.shape[0];
  return tf.gather(
    x,
    Array.from({ length: rows }, (_, i) => (rows + 1 - i) % rows),
  );
};

/** Calls `f` and expects exactly one new tensor. */
export function expectOneTensor(f: () => tf.Tensor): void {
  const before = tf.memory().numTensors;
  f();
  expect(tf.memory().numTensors - before).toBe(1);
}
