import { createEngine } from "@cliptune/engine";
import * as losses from "@cliptune/losses";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { expectOneTensor, expectSlopes, permute, reference, unitRows, value } from "./setup.js";

/** What a loss may take beside its embeddings; `[B, …]` each, all permuted together. */
interface Beside {
  readonly scale: tf.Scalar;
  /** siglip's. */
  readonly bias: tf.Scalar;
  readonly positives: tf.Tensor2D;
  readonly excluded: readonly [tf.Tensor2D, tf.Tensor2D];
  readonly teacher: losses.Embeddings;
  readonly labels: tf.Tensor1D;
}
type Loss = (image: tf.Tensor2D, text: tf.Tensor2D, beside: Beside) => tf.Scalar;

/** Under the names that the numpy script gives them. */
const everyLoss: Record<string, Loss> = {
  "infoNce without false negatives": (x, y, { scale, excluded }) =>
    losses.infoNce(x, y, scale, { excluded }),
  infoNceAlignment: (x, y, { scale }) => losses.infoNceAlignment(x, y, scale),
  "infoNceUniformity of images": (x, y, { scale }) => losses.infoNceUniformity(x, y, scale),
  "infoNceUniformity of texts": (x, y, { scale }) => losses.infoNceUniformity(y, x, scale),
  decoupledNce: (x, y, { scale }) => losses.decoupledNce(x, y, scale),
  "decoupledNce of several positives": (x, y, { scale, positives }) =>
    losses.decoupledNce(x, y, scale, positives),
  hardNegativeNce: (x, y, { scale }) => losses.hardNegativeNce(x, y, scale),
  "hardNegativeNce of several positives": (x, y, { scale, positives }) =>
    losses.hardNegativeNce(x, y, scale, { beta: 0.5, positives }),
  ntXent: (x, y, { scale }) => losses.ntXent(x, y, scale),
  simCse: (x, y, { scale }) => losses.simCse(x, y, scale),
  supCon: (x, _, { scale, positives }) => losses.supCon(x, scale, positives),
  siglip: (x, y, { scale, bias }) => losses.siglip(x, y, { logitScale: scale, logitBias: bias }),
  "siglip of several positives": (x, y, { scale, bias, positives }) =>
    losses.siglip(x, y, { logitScale: scale, logitBias: bias }, positives),
  classCrossEntropy: (x, y, { scale, labels }) => losses.classCrossEntropy(x, y, labels, scale),
  embeddingMse: (x, _, { teacher }) => losses.embeddingMse(x, teacher.image),
  embeddingCosine: (x, _, { teacher }) => losses.embeddingCosine(x, teacher.image),
  similarityMse: (image, text, { teacher }) => losses.similarityMse({ image, text }, teacher),
};

const image = tf.tensor2d(reference.image);
const text = tf.tensor2d(reference.text);
const masks = (images: tf.Tensor2D, texts: tf.Tensor2D) =>
  [losses.falseNegatives(images, texts, 0.1), losses.falseNegatives(texts, images, 0.1)] as const;
const teacher = {
  image: tf.tensor2d(reference.teacherImage) as tf.Tensor2D,
  text: tf.tensor2d(reference.teacherText) as tf.Tensor2D,
};
const beside: Beside = {
  scale: tf.scalar(10),
  bias: tf.scalar(-3),
  positives: tf.tensor2d(reference.positives),
  excluded: masks(teacher.image, teacher.text),
  teacher,
  labels: tf.tensor1d(reference.labels, "int32"),
};

const moved = { image: permute(teacher.image), text: permute(teacher.text) };
const permutedBeside: Beside = {
  scale: beside.scale,
  bias: beside.bias,
  positives: permute(tf.transpose(permute(beside.positives))),
  excluded: masks(moved.image, moved.text),
  teacher: moved,
  labels: beside.labels,
};

describe.each(Object.entries(everyLoss))("%s", (name, loss) => {
  test("agrees with numpy", () => {
    expect(value(loss(image, text, beside))).toBeCloseTo(reference.everyLoss[name], 4);
  });

  test("has the gradient of finite differences, for both sides", () => {
    expectSlopes((x) => loss(x, text, beside), image);
    if (!/^(embedding|supCon)/.test(name)) expectSlopes((y) => loss(image, y, beside), text);
  });

  test("does not depend on the order of the pairs", () => {
    // The classes are no pairs: their order is that of the labels.
    const labels = permute(beside.labels as never) as tf.Tensor as tf.Tensor1D;
    const given = { ...permutedBeside, labels };
    const others = name === "classCrossEntropy" ? text : permute(text);
    expect(value(loss(permute(image), others, given))).toBeCloseTo(
      value(loss(image, text, beside)),
      5,
    );
  });

  test("leaves no tensor behind", () => {
    expectOneTensor(() => loss(image, text, beside));
  });

  test("compiled, it is finite at temperature 0.01 and batch 1,024, and so is its gradient", async () => {
    const x = unitRows(rows, 8, 1);
    const opposite = tf.neg(x) as tf.Tensor2D; // the worst case: each pair's logit is −100
    for (const y of [opposite, x]) {
      const { loss: lost, slope } = await largest(loss, x, y);
      expect(Math.abs(lost)).toBeLessThan(1e6); // siglip sums 1,023 negatives
      expect(slope).toBeLessThan(1e8);
    }
  });
});

const engine = await createEngine("auto");
const rows = 1024;

/** The loss and the size of its gradients, traced into a program, at inverse temperature 100. */
async function largest(loss: Loss, x: tf.Tensor2D, y: tf.Tensor2D) {
  const spec = (...shape: number[]) => ({ dtype: "float32", shape }) as const;
  const program = await engine.compile({
    name: "loss",
    inputs: { x: spec(rows, 8), y: spec(rows, 8), scale: spec() },
    run: ({ inputs }) => {
      const { x, y, scale } = inputs as { x: tf.Tensor2D; y: tf.Tensor2D; scale: tf.Scalar };
      const given: Beside = {
        scale,
        bias: tf.scalar(-3),
        positives: tf.eye(rows),
        excluded: masks(x, x),
        teacher: { image: y, text: y },
        labels: tf.zeros([rows], "int32"),
      };
      const both = (a: tf.Tensor, b: tf.Tensor) => loss(a as tf.Tensor2D, b as tf.Tensor2D, given);
      // Not every loss looks at both sides; tfjs wants each differentiated tensor to be used.
      const used = (a: tf.Tensor, b: tf.Tensor) =>
        tf.add(both(a, b), tf.mul(tf.sum(tf.add(a, b)), 0)) as tf.Scalar;
      const { value, grads } = tf.valueAndGrads(used)([x, y]);
      const [one, other] = grads.map((grad) => tf.sum(tf.abs(grad)));
      return { outputs: { loss: value, slope: tf.add(one!, other!) } };
    },
  });
  const [images, texts] = [x.dataSync(), y.dataSync()] as Float32Array[];
  const result = await program.step({ x: images!, y: texts!, scale: Float32Array.of(100) });
  await program.dispose();
  return { loss: result["loss"]!.data[0]!, slope: result["slope"]!.data[0]! };
}
