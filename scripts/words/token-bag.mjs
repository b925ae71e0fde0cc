// Texts as bags of tokens: a vector and an importance for each token, a text is the mean of its tokens' vectors, weighted by the
// softmax of their importances. Fitted to the texts' vectors; where a text tower begins.
import { normal, seededRandom } from "../../packages/clip/dist/index.js";
import { lazyAdam } from "./word-tower.mjs";

const BATCH = 2048;
const LEARNING_RATE = 1e-2;

/**
 * @param sets `[{ weight, tokens, vectors }]`: ids of each text's tokens, and the unit vectors that they should have
 * @param size entries of the vocabulary
 * @returns `vectors` `[size, D]` and `importances` `[size]`
 */
export function fitTokenBag(sets, { size, steps, seed, onStep }) {
  const width = sets[0].vectors[0].length;
  const draw = normal(seededRandom(seed, "token vectors"));
  const vectors = Float32Array.from({ length: size * width }, () => 0.02 * draw());
  const importances = new Float32Array(size);
  const whole = sets.reduce((sum, { weight }) => sum + weight, 0);
  const tables = { vectors, importances, width };
  const adams = { vectors: lazyAdam(vectors, width), importances: lazyAdam(importances, 1) };
  for (let step = 0; step < steps; step++) {
    const random = seededRandom(seed, "token bag", step);
    let loss = 0;
    for (const set of sets) {
      const count = Math.round((BATCH * set.weight) / whole);
      for (let i = 0; i < count; i++) {
        const at = Math.floor(random() * set.tokens.length);
        loss += addSlopes({ tokens: set.tokens[at], target: set.vectors[at] }, tables, adams);
      }
    }
    const rate = LEARNING_RATE * (1 - step / steps);
    adams.vectors.step(rate);
    adams.importances.step(3 * rate);
    onStep?.(step + 1, steps, loss / BATCH);
  }
  return { vectors, importances };
}

/** Adds a text's gradients of |e − target|², e the unit vector of its mean m; returns the loss. */
function addSlopes({ tokens, target }, { vectors, importances, width }, adams) {
  if (tokens.length === 0) return 0;
  const shares = softmax(tokens.map((token) => importances[token]));
  const mean = new Float32Array(width);
  for (let k = 0; k < tokens.length; k++) {
    const [share, start] = [shares[k], tokens[k] * width];
    for (let d = 0; d < width; d++) mean[d] += share * vectors[start + d];
  }
  const length = Math.sqrt(dot(mean, mean)) + 1e-12;
  const cosine = dot(mean, target) / length;
  // In place of the mean, which is no longer needed.
  const slope = mean;
  for (let d = 0; d < width; d++) {
    slope[d] = (-2 * (target[d] - (cosine * mean[d]) / length)) / length;
  }
  const reach = tokens.map((token) => dot(slope, vectors, token * width));
  const level = reach.reduce((sum, product, k) => sum + shares[k] * product, 0);
  for (let k = 0; k < tokens.length; k++) {
    adams.vectors.add(tokens[k], slope, shares[k] / BATCH);
    adams.importances.add(tokens[k], [shares[k] * (reach[k] - level)], 1 / BATCH);
  }
  return 2 - 2 * cosine;
}

/** a · b, where b begins at `start`. */
function dot(a, b, start = 0) {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d] * b[start + d];
  return sum;
}

function softmax(values) {
  const most = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
