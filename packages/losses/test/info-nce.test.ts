import { infoNce } from "@cliptune/losses";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { expectOneTensor, expectSlopes, permute, reference, unitRows, value } from "./setup.js";

const image = tf.tensor2d(reference.image);
const text = tf.tensor2d(reference.text);
const positives = tf.tensor2d(reference.positives);

describe("infoNce", () => {
  test("equals log B when the temperature removes all signal", () => {
    expect(value(infoNce(image, text, tf.scalar(0)))).toBeCloseTo(Math.log(7), 6);
  });

  test("equals log(1 + 3 / e²) for four orthonormal pairs at scale 2", () => {
    const z = tf.eye(4); // each row: one logit 2, three logits 0
    expect(value(infoNce(z, z, tf.scalar(2)))).toBeCloseTo(Math.log(1 + 3 / Math.exp(2)), 6);
  });

  test("treats equal captions as positives: two equal pairs lose log 2, which is their entropy", () => {
    const z = tf.tensor2d([
      [1, 0],
      [1, 0],
      [0, 1],
    ]);
    const marks = tf.tensor2d([
      [1, 1, 0],
      [1, 1, 0],
      [0, 0, 1],
    ]);
    const [log2, scale] = [Math.log(2), tf.scalar(50)];
    expect(value(infoNce(z, z, scale, { positives: marks }))).toBeCloseTo((2 * log2) / 3, 5);
    expect(value(infoNce(z, z, scale, { positives: tf.eye(3) }))).toBeCloseTo((2 * log2) / 3, 5);
    const gradient = tf.grad((x) => infoNce(x as tf.Tensor2D, z, scale, { positives: marks }))(z);
    expect(value(tf.max(tf.abs(gradient)))).toBeLessThan(1e-5); // nothing left to pull apart
  });

  test("has the gradient of finite differences, for both towers and the scale", () => {
    expectSlopes((x) => infoNce(x, text, tf.scalar(5), { positives }), image);
    expectSlopes((y) => infoNce(image, y, tf.scalar(5), { positives }), text);
    const f = (s: tf.Tensor) => infoNce(image, text, s as tf.Scalar, { positives });
    const slope = (value(f(tf.scalar(5.01))) - value(f(tf.scalar(4.99)))) / 0.02;
    expect(value(tf.grad(f)(tf.scalar(5)))).toBeCloseTo(slope, 3);
  });

  test("does not depend on the order of the pairs", () => {
    const marks = permute(tf.transpose(permute(positives)));
    const moved = infoNce(permute(image), permute(text), tf.scalar(10), { positives: marks });
    expect(value(moved)).toBeCloseTo(value(infoNce(image, text, tf.scalar(10), { positives })), 5);
  });

  test("agrees with numpy", () => {
    const { scale10, scale100, multiPositive10 } = reference.infoNce;
    expect(value(infoNce(image, text, tf.scalar(10)))).toBeCloseTo(scale10, 5);
    expect(value(infoNce(image, text, tf.scalar(100)))).toBeCloseTo(scale100, 4);
    expect(value(infoNce(image, text, tf.scalar(10), { positives }))).toBeCloseTo(
      multiPositive10,
      5,
    );
  });

  test("leaves no tensor behind", () => {
    const scale = tf.scalar(10);
    expectOneTensor(() => infoNce(image, text, scale, { positives }));
  });

  test("is finite at temperature 0.01 and batch 1,024, and so is its gradient", () => {
    const x = unitRows(1024, 8, 1);
    const opposite = tf.neg(x); // the worst case: each pair's logit is −100
    const { value: loss, grad } = tf.valueAndGrad((z) =>
      infoNce(z as tf.Tensor2D, opposite as tf.Tensor2D, tf.scalar(100)),
    )(x);
    expect(value(loss)).toBeGreaterThan(100);
    expect(value(loss)).toBeLessThan(200 + Math.log(1024));
    expect(Number.isFinite(value(tf.sum(tf.abs(grad))))).toBe(true);
  });

  test("names both shapes when they differ", () => {
    expect(() => infoNce(tf.zeros([8, 512]), tf.zeros([8, 256]), tf.scalar(1))).toThrow(
      "infoNce: image [8, 512] and text [8, 256] must have the same shape.",
    );
  });
});
