// The simplest text tower: a vector for every term, a text is the sum of its terms'. Trained as CLIP is, against pictures
// already embedded, for a few epochs. What it lacks in fineness it has in reach: a new word is where its kinds and letters are.

import * as tf from "@tensorflow/tfjs-core";
import { normal, seededRandom } from "../../packages/clip/dist/index.js";
import { infoNce } from "../../packages/losses/dist/index.js";

const BATCH = 1024;
const LEARNING_RATE = 3e-3;
const INVERSE_TEMPERATURE = 20;
/** Share of a text's terms left out of a step. */
const DROPPED = 0.3;
const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/**
 * @param pictures `[{ title, tags, vector }]`, the vectors of length 1
 * @param bags of `createBags`
 * @returns text → its vector, of length 1
 */
export async function trainWordTower(engine, pictures, bags, { epochs, seed, onStep }) {
  const dimension = pictures[0].vector.length;
  const draw = normal(seededRandom(seed, "word vectors"));
  const table = Float32Array.from({ length: bags.size * dimension }, () => 0.02 * draw());
  const adam = lazyAdam(table, dimension);
  const program = await engine.compile(gradientProgram(dimension));
  const steps = Math.floor((epochs * pictures.length) / BATCH);
  const order = shuffled(pictures.length, epochs, seed);
  for (let step = 0; step < steps; step++) {
    const batch = order.slice(step * BATCH, (step + 1) * BATCH).map((i) => pictures[i]);
    const random = seededRandom(seed, "word tower", step);
    const texts = batch.map((picture) => textBag(picture, bags, random));
    const inputs = {
      images: rowsOf(batch.map(({ vector }) => vector)),
      sums: rowsOf(texts.map((bag) => sumOf(table, bag, dimension))),
      titles: Int32Array.from(batch, ({ titleKey }) => titleKey),
    };
    const { loss, gradient } = await program.step(inputs);
    addSlopes(adam, texts, gradient.data, dimension);
    adam.step(LEARNING_RATE * (1 - step / steps));
    onStep?.(step + 1, steps, loss.data[0]);
  }
  await program.dispose();
  return (text) => unit(sumOf(table, bags.of(text), dimension));
}

/** The contrast of a batch and its gradient at the texts' sums. */
const gradientProgram = (dimension) => ({
  name: "word-tower",
  inputs: {
    images: { dtype: "float32", shape: [BATCH, dimension] },
    sums: { dtype: "float32", shape: [BATCH, dimension] },
    titles: { dtype: "int32", shape: [BATCH] },
  },
  run({ inputs: { images, sums, titles } }) {
    const same = tf.equal(tf.reshape(titles, [-1, 1]), tf.reshape(titles, [1, -1]));
    const positives = tf.cast(same, "float32");
    const { value, grad } = tf.valueAndGrad((x) => {
      const texts = tf.div(x, tf.add(tf.norm(x, 2, 1, true), 1e-12));
      return infoNce(images, texts, tf.scalar(INVERSE_TEMPERATURE), { positives });
    })(sums);
    return { outputs: { loss: value, gradient: grad } };
  },
});

/** Six draws of ten are the title; the others the title with a tag, or a tag. Without some of its terms. */
function textBag({ title, tags }, bags, random) {
  const share = random();
  const tag = tags[Math.floor(random() * tags.length)];
  const text = tag === undefined || share < 0.6 ? title : share < 0.8 ? `${title} ${tag}` : tag;
  const { rows, weights } = bags.of(text);
  const kept = rows.map(() => (random() < DROPPED ? 0 : 1));
  return { rows: rows.filter((_, i) => kept[i]), weights: weights.filter((_, i) => kept[i]) };
}

function sumOf(table, { rows, weights }, dimension) {
  const sum = new Float32Array(dimension);
  for (let i = 0; i < rows.length; i++) {
    const [start, weight] = [rows[i] * dimension, weights[i]];
    for (let d = 0; d < dimension; d++) sum[d] += weight * table[start + d];
  }
  return sum;
}

/** Adds the gradients at the terms' vectors. */
function addSlopes(adam, texts, gradient, dimension) {
  for (const [t, { rows, weights }] of texts.entries()) {
    const slope = gradient.subarray(t * dimension, (t + 1) * dimension);
    for (let i = 0; i < rows.length; i++) adam.add(rows[i], slope, weights[i]);
  }
}

/** Adam that touches only the rows of a table that a step has gradients for, as PyTorch's SparseAdam. */
export function lazyAdam(table, width) {
  const [slopes, first, second] = [0, 1, 2].map(() => new Float32Array(table.length));
  const isTouched = new Uint8Array(table.length / width);
  let touched = [];
  let count = 0;
  return {
    /** Adds `share` times `slope` `[width]` to the gradient at a row. */
    add(row, slope, share) {
      if (!isTouched[row]) touched.push(row);
      isTouched[row] = 1;
      for (let d = 0, at = row * width; d < width; d++, at++) slopes[at] += share * slope[d];
    },
    step(rate) {
      count++;
      const size = (rate * Math.sqrt(1 - BETA2 ** count)) / (1 - BETA1 ** count);
      for (const row of touched) {
        const [start, end] = [row * width, (row + 1) * width];
        for (let at = start; at < end; at++) {
          const slope = slopes[at];
          first[at] += (1 - BETA1) * (slope - first[at]);
          second[at] += (1 - BETA2) * (slope * slope - second[at]);
          table[at] -= (size * first[at]) / (Math.sqrt(second[at]) + EPSILON);
        }
        slopes.fill(0, start, end);
        isTouched[row] = 0;
      }
      touched = [];
    },
  };
}

/** The pictures' numbers, shuffled anew each epoch. */
function shuffled(count, epochs, seed) {
  return Array.from({ length: Math.ceil(epochs) }, (_, epoch) => {
    const random = seededRandom(seed, "word tower's order", epoch);
    const keys = Array.from({ length: count }, () => random());
    return Array.from(keys.keys()).sort((a, b) => keys[a] - keys[b]);
  }).flat();
}

function rowsOf(vectors) {
  const rows = new Float32Array(vectors.length * vectors[0].length);
  for (const [i, vector] of vectors.entries()) rows.set(vector, i * vector.length);
  return rows;
}

export function unit(vector) {
  const length = Math.hypot(...vector) || 1;
  return vector.map((x) => x / length);
}
