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
  const adam = lazyAdam(vectors, width);
  const importanceAdam = lazyAdam(importances, 1);
  for (let step = 0; step < steps; step++) {
    const random = seededRandom(seed, "token bag", step);
    const [slopes, importanceSlopes] = [new Map(), new Map()];
    let loss = 0;
    for (const set of sets) {
      const count = Math.round((BATCH * set.weight) / whole);
      for (let i = 0; i < count; i++) {
        const at = Math.floor(random() * set.tokens.length);
        const bag = { tokens: set.tokens[at], target: set.vectors[at] };
        loss += addSlopes(bag, { vectors, importances, width }, { slopes, importanceSlopes });
      }
    }
    const rate = LEARNING_RATE * (1 - step / steps);
    adam.step(slopes, rate);
    importanceAdam.step(importanceSlopes, 3 * rate);
    onStep?.(step + 1, steps, loss / BATCH);
  }
  return { vectors, importances };
}

/** Adds a text's gradients of |e − target|², e the unit vector of its mean m; returns the loss. */
function addSlopes(
  { tokens, target },
  { vectors, importances, width },
  { slopes, importanceSlopes },
) {
  if (tokens.length === 0) return 0;
  const shares = softmax(tokens.map((token) => importances[token]));
  const mean = new Float32Array(width);
  for (const [k, token] of tokens.entries()) {
    for (let d = 0; d < width; d++) mean[d] += shares[k] * vectors[token * width + d];
  }
  const length = Math.hypot(...mean) + 1e-12;
  const cosine = mean.reduce((sum, x, d) => sum + x * target[d], 0) / length;
  const slope = mean.map((x, d) => (-2 * (target[d] - (cosine * x) / length)) / length);
  const reach = tokens.map((token) => {
    let product = 0;
    for (let d = 0; d < width; d++) product += vectors[token * width + d] * slope[d];
    return product;
  });
  const level = reach.reduce((sum, product, k) => sum + shares[k] * product, 0);
  for (const [k, token] of tokens.entries()) {
    const sum = slopes.get(token) ?? new Float32Array(width);
    slopes.set(token, sum);
    for (let d = 0; d < width; d++) sum[d] += (shares[k] * slope[d]) / BATCH;
    const own = importanceSlopes.get(token) ?? new Float32Array(1);
    importanceSlopes.set(token, own);
    own[0] += (shares[k] * (reach[k] - level)) / BATCH;
  }
  return 2 - 2 * cosine;
}

function softmax(values) {
  const most = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
