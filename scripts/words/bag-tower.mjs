// CLIP's text transformer, begun as the bag of tokens that it is to go beyond: the first block's attention weighs tokens by their
// importance and hands their vectors to the end of the text; the other blocks are at first the identity.
//
// In the tower's width W: h₀ = 1/√W · (1, …, 1), which layer norms take away; h₁ says a token's importance; the vectors lie in the
// W − 2 directions left. All are columns of one Householder reflection.
import { initModel } from "../../packages/clip/dist/index.js";

/** Length of the part of a token that says how important it is, for each nat: little beside its vector's, 1. */
const IMPORTANCE = 0.05;
const MOST = 6;
const PLACE = 0.005;

/**
 * @param config of the whole model
 * @param bag `vectors` `[V, W − 2]` and `importances` `[V]`; the last two tokens are the start and the end of a text
 * @param basis `[D, W − 2]`: where a bag's vector lies among embeddings
 * @returns weights of the text tower
 */
export function bagTower(config, { vectors, importances }, basis, seed) {
  const { hiddenSize: width, vocabSize, numHiddenLayers, numAttentionHeads } = config.text;
  const fresh = initModel(config, seed);
  const names = Object.keys(fresh).filter((name) => /^text_(model|projection)/.test(name));
  const weights = Object.fromEntries(
    names.map((name) => [name, { ...fresh[name], data: fresh[name].data.slice() }]),
  );
  const dataOf = (name) => weights[`text_model.${name}`].data;
  const mirror = reflection(width); // columns h₀, h₁, …

  const table = dataOf("embeddings.token_embedding.weight").fill(0);
  const lengths = Array.from({ length: vocabSize }, (_, token) => {
    return Math.hypot(...vectors.subarray(token * (width - 2), (token + 1) * (width - 2))) + 1e-12;
  });
  const allNats = lengths.map((length, token) => importances[token] + Math.log(length));
  const middle = allNats.reduce((sum, nats) => sum + nats, 0) / vocabSize;
  for (let token = 0; token < vocabSize; token++) {
    const row = table.subarray(token * width, (token + 1) * width);
    const vector = vectors.subarray(token * (width - 2), (token + 1) * (width - 2));
    const isEnd = token >= vocabSize - 2;
    const nats = Math.max(-MOST, Math.min(MOST, allNats[token] - middle));
    for (let i = 0; i < width; i++) {
      row[i] = mirror[i][1] * (isEnd ? -1 : IMPORTANCE * nats);
      for (let d = 0; d < width - 2 && !isEnd; d++)
        row[i] += (mirror[i][d + 2] * vector[d]) / lengths[token];
    }
  }
  const places = dataOf("embeddings.position_embedding.weight");
  const spread = Math.sqrt(places.reduce((sum, x) => sum + x * x, 0) / places.length);
  for (let i = 0; i < places.length; i++) places[i] *= PLACE / spread;

  // After the layer norm, of length √W: logits q · k / √(W / heads) are the importances in nats.
  const head = width / numAttentionHeads;
  const size = Math.sqrt(Math.sqrt(head) / (Math.sqrt(width) * IMPORTANCE));
  const first = (name) => dataOf(`encoder.layers.0.self_attn.${name}`);
  for (let row = 0; row < width; row += head) {
    first("q_proj.weight").fill(0, row * width, (row + 1) * width);
    first("q_proj.bias")[row] = size;
    for (let i = 0; i < width; i++) first("k_proj.weight")[row * width + i] = size * mirror[i][1];
  }
  identity(first("v_proj.weight"), width, 1);
  for (let layer = 0; layer < numHiddenLayers; layer++) {
    dataOf(`encoder.layers.${layer}.self_attn.out_proj.weight`).fill(0);
    dataOf(`encoder.layers.${layer}.mlp.fc2.weight`).fill(0);
  }
  identity(first("out_proj.weight"), width, 2 / Math.sqrt(width));

  const projection = weights["text_projection.weight"].data;
  for (const [row, across] of basis.entries()) {
    for (let i = 0; i < width; i++) {
      let sum = 0;
      for (let d = 0; d < width - 2; d++) sum += across[d] * mirror[i][d + 2];
      projection[row * width + i] = sum;
    }
  }
  return weights;
}

function identity(matrix, width, size) {
  matrix.fill(0);
  for (let i = 0; i < width; i++) matrix[i * width + i] = size;
}

/** The reflection whose first column is 1/√n · (1, …, 1). */
function reflection(n) {
  const v = Array.from({ length: n }, (_, i) => (i === 0 ? 1 : 0) - 1 / Math.sqrt(n));
  const square = v.reduce((sum, x) => sum + x * x, 0);
  return v.map((x, i) => Float64Array.from(v, (y, j) => (i === j ? 1 : 0) - (2 * x * y) / square));
}

/**
 * An orthonormal basis of the first `count` columns of a matrix `[D, W]`, by Gram and Schmidt.
 *
 * @returns `D` rows of `count`
 */
export function columnBasis({ shape: [rows, columns], data }, count) {
  const basis = Array.from({ length: rows }, () => new Float64Array(count));
  for (let c = 0; c < count; c++) {
    const column = Float64Array.from({ length: rows }, (_, r) => data[r * columns + c]);
    for (let twice = 0; twice < 2; twice++) {
      for (let b = 0; b < c; b++) {
        const along = column.reduce((sum, x, r) => sum + x * basis[r][b], 0);
        for (let r = 0; r < rows; r++) column[r] -= along * basis[r][b];
      }
    }
    const length = Math.hypot(...column);
    for (let r = 0; r < rows; r++) basis[r][c] = column[r] / length;
  }
  return basis;
}
