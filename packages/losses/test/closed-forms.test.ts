import * as losses from "@cliptune/losses";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { reference, unitRows, value } from "./setup.js";

const image = tf.tensor2d(reference.image) as tf.Tensor2D;
const text = tf.tensor2d(reference.text) as tf.Tensor2D;
const positives = tf.tensor2d(reference.positives) as tf.Tensor2D;
const scale = tf.scalar(10);
const eye4 = tf.eye(4); // four orthonormal pairs: own cosine 1, all others 0
const two = tf.scalar(2);

test("classCrossEntropy is log(1 + (C − 1) / e²) for orthonormal classes at scale 2, and log C at scale 0", () => {
  const labels = tf.tensor1d([2, 0], "int32");
  const own = tf.gather(eye4, labels) as tf.Tensor2D;
  const loss = losses.classCrossEntropy(own, eye4, labels, two);
  expect(value(loss)).toBeCloseTo(Math.log(1 + 3 / Math.exp(2)), 6);
  const flat = losses.classCrossEntropy(own, eye4, labels, tf.scalar(0));
  expect(value(flat)).toBeCloseTo(Math.log(4), 6);
});

test("ntXent of four orthonormal pairs at scale 2: one logit 2 and six logits 0 a view", () => {
  expect(value(losses.ntXent(eye4, eye4, two))).toBeCloseTo(Math.log(1 + 6 / Math.exp(2)), 6);
});

test("simCse is one direction of infoNce: the mean of both ways is infoNce", () => {
  const [forth, back] = [losses.simCse(image, text, scale), losses.simCse(text, image, scale)];
  expect((value(forth) + value(back)) / 2).toBeCloseTo(
    value(losses.infoNce(image, text, scale)),
    5,
  );
});

test("supCon of two orthonormal pairs of twins at scale 2: one logit 2 and two logits 0; a row without a twin counts for nothing", () => {
  const twins = tf.concat2d([tf.eye(2, 4), tf.eye(2, 4)], 0);
  const kinds = tf.matMul(twins, twins, false, true) as tf.Tensor2D;
  const expected = Math.log(1 + 2 / Math.exp(2));
  expect(value(losses.supCon(twins, two, kinds))).toBeCloseTo(expected, 6);
  expect(value(losses.supCon(eye4, two, tf.eye(4)))).toBe(0);
  const five = tf.concat2d([twins, tf.tensor2d([[0, 0, 1, 0]])], 0);
  const alone = tf.pad2d(kinds, [
    [0, 1],
    [0, 1],
  ]);
  expect(value(losses.supCon(five, two, alone))).toBeCloseTo(Math.log(1 + 3 / Math.exp(2)), 6);
});

test("siglip asks B questions an image: B log 2 when the model says nothing", () => {
  const silent = { logitScale: tf.scalar(0), logitBias: tf.scalar(0) };
  expect(value(losses.siglip(eye4, eye4, silent))).toBeCloseTo(4 * Math.log(2), 5);
});

test("siglipBias makes the expected number of positives the true one, and agrees with numpy", () => {
  const logits = numbers(tf.mul(scale, tf.matMul(image, text, false, true)));
  const bias = losses.siglipBias(logits, 7);
  expect(bias).toBeCloseTo(reference.siglipBias, 5);
  const expected = logits.reduce((sum, logit) => sum + 1 / (1 + Math.exp(-(logit + bias))), 0);
  expect(expected).toBeCloseTo(7, 6);
  // Equal logits: σ(2 + b) = 1/4, so b = −log 3 − 2.
  expect(losses.siglipBias([2, 2, 2, 2], 1)).toBeCloseTo(-Math.log(3) - 2, 6);
  expect(() => losses.siglipBias([1, 2], 2)).toThrow("2 of 2 logits are positives");
});

test("infoNce is its alignment term plus half of each uniformity term plus log B", () => {
  const pull = value(losses.infoNceAlignment(image, text, scale));
  const images = value(losses.infoNceUniformity(image, text, scale));
  const texts = value(losses.infoNceUniformity(text, image, scale));
  expect(pull + (images + texts) / 2 + Math.log(7)).toBeCloseTo(
    value(losses.infoNce(image, text, scale)),
    5,
  );
});

test("decoupledNce of four orthonormal pairs at scale 2 is log 3 − 2: no positive in the denominator", () => {
  expect(value(losses.decoupledNce(eye4, eye4, two))).toBeCloseTo(Math.log(3) - 2, 5);
});

test("decoupledNce and hardNegativeNce only pull, or lose nothing, where all are positives", () => {
  const all = tf.ones([4, 4]) as tf.Tensor2D;
  expect(value(losses.decoupledNce(eye4, eye4, two, all))).toBeCloseTo(-0.5, 5); // mean of 2, 0, 0, 0
  expect(value(losses.hardNegativeNce(eye4, eye4, two, { positives: all }))).toBe(0);
});

test("hardNegativeNce is infoNce at beta 0, and grows with beta", () => {
  const at = (beta: number) => value(losses.hardNegativeNce(image, text, scale, { beta }));
  expect(at(0)).toBeCloseTo(value(losses.infoNce(image, text, scale)), 4);
  expect(at(0.5)).toBeGreaterThan(at(0.25));
  expect(at(0.25)).toBeGreaterThan(at(0));
});

test("falseNegatives are those closer to the anchor than its own pair by the margin, never the pair", () => {
  // Cosines with anchor (1, 0): own 0.6, the others 0.8 and 0.
  const anchors = tf.tensor2d([
    [1, 0],
    [0.8, 0.6],
    [0, 1],
  ]);
  const candidates = tf.tensor2d([
    [0.6, 0.8],
    [0.8, 0.6],
    [0, 1],
  ]);
  const marked = (margin: number) => numbers(losses.falseNegatives(anchors, candidates, margin));
  expect(marked(0.1)).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0]);
  expect(marked(0.3)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0]);
});

test("what is excluded neither counts nor is pushed; a positive cannot be excluded", () => {
  const everything = tf.ones([7, 7]) as tf.Tensor2D;
  const excluded = [everything, everything] as const;
  const loss = losses.infoNce(image, text, scale, { excluded });
  expect(value(loss)).toBeCloseTo(0, 6); // each row is left with its own pair
  const several = losses.infoNce(image, text, scale, { positives, excluded });
  expect(value(several)).toBeGreaterThan(0);
});

test("preservation is 0 for an unmoved model; embeddingCosine is D / 2 times embeddingMse", () => {
  expect(value(losses.embeddingMse(image, image))).toBe(0);
  expect(value(losses.embeddingCosine(image, image))).toBeCloseTo(0, 6);
  expect(value(losses.embeddingCosine(image, text))).toBeCloseTo(
    (value(losses.embeddingMse(image, text)) * 5) / 2,
    5,
  );
});

test("similarityMse does not see both towers turning together", () => {
  const mirror = (x: tf.Tensor2D) => tf.reverse(x, 1) as tf.Tensor2D;
  const turned = { image: mirror(image), text: mirror(text) };
  expect(value(losses.similarityMse(turned, { image, text }))).toBeCloseTo(0, 6);
  const other = unitRows(7, 5, 3);
  expect(value(losses.similarityMse({ image: other, text }, { image, text }))).toBeGreaterThan(0.1);
});

function numbers(tensor: tf.Tensor): number[] {
  return [...tensor.dataSync()];
}
