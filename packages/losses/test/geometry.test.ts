import { alignment, modalityGap, uniformity } from "@cliptune/losses";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { expectOneTensor, expectSlopes, permute, reference, unitRows, value } from "./setup.js";

const image = tf.tensor2d(reference.image);
const text = tf.tensor2d(reference.text);

describe("alignment", () => {
  test("equals 2 − 2 cos on unit vectors: 0 for equal, 2 for orthogonal, 4 for opposite pairs", () => {
    const x = tf.tensor2d([[1, 0]]);
    expect(value(alignment(x, x))).toBe(0);
    expect(value(alignment(x, tf.tensor2d([[0, 1]])))).toBeCloseTo(2, 6);
    expect(value(alignment(x, tf.tensor2d([[-1, 0]])))).toBeCloseTo(4, 6);
  });

  test("has the gradient of finite differences", () => {
    expectSlopes((x) => alignment(x, text), image);
    expectSlopes((x) => alignment(x, text, 1), image);
  });

  test("does not depend on the order of the pairs", () => {
    expect(value(alignment(permute(image), permute(text)))).toBeCloseTo(
      value(alignment(image, text)),
      6,
    );
  });

  test("agrees with numpy", () => {
    expect(value(alignment(image, text))).toBeCloseTo(reference.alignment.alpha2, 6);
    expect(value(alignment(image, text, 1))).toBeCloseTo(reference.alignment.alpha1, 6);
  });

  test("leaves no tensor behind", () => expectOneTensor(() => alignment(image, text)));
});

describe("uniformity", () => {
  test("is 0 when all rows are equal and −8 for two opposite ones", () => {
    expect(
      value(
        uniformity(
          tf.tensor2d([
            [1, 0],
            [1, 0],
            [1, 0],
          ]),
        ),
      ),
    ).toBeCloseTo(0, 6);
    expect(
      value(
        uniformity(
          tf.tensor2d([
            [1, 0],
            [-1, 0],
          ]),
        ),
      ),
    ).toBeCloseTo(-8, 5);
  });

  test("has the gradient of finite differences", () => {
    expectSlopes((x) => uniformity(x), image);
  });

  test("does not depend on the order of the rows", () => {
    expect(value(uniformity(permute(image)))).toBeCloseTo(value(uniformity(image)), 5);
  });

  test("agrees with numpy over i < j", () => {
    expect(value(uniformity(image))).toBeCloseTo(reference.uniformity.t2, 5);
    expect(value(uniformity(text, 5))).toBeCloseTo(reference.uniformity.t5, 5);
  });

  test("leaves no tensor behind", () => expectOneTensor(() => uniformity(image)));

  test("stays finite at batch 1,024 and t = 100 (temperature 0.01)", () => {
    const { value: loss, grad } = tf.valueAndGrad((z) => uniformity(z as tf.Tensor2D, 100))(
      unitRows(1024, 8, 2),
    );
    expect(value(loss)).toBeLessThan(0);
    expect(Number.isFinite(value(loss))).toBe(true);
    expect(Number.isFinite(value(tf.sum(tf.abs(grad))))).toBe(true);
  });
});

describe("modalityGap", () => {
  test("is 0 for equal clouds and 2 for opposite points", () => {
    expect(value(modalityGap(image, permute(image)))).toBeLessThan(1e-5);
    expect(value(modalityGap(tf.tensor2d([[1, 0]]), tf.tensor2d([[-1, 0]])))).toBeCloseTo(2, 6);
  });

  test("has the gradient of finite differences", () => {
    expectSlopes((x) => modalityGap(x, text), image);
  });

  test("does not depend on the order of rows, even of one side alone", () => {
    expect(value(modalityGap(permute(image), text))).toBeCloseTo(
      value(modalityGap(image, text)),
      5,
    );
  });

  test("agrees with numpy", () => {
    expect(value(modalityGap(image, text))).toBeCloseTo(reference.modalityGap, 6);
  });

  test("leaves no tensor behind", () => expectOneTensor(() => modalityGap(image, text)));
});
