// What a frozen image tower makes of a folder's pictures, with their mean taken off.
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { imageTower, normalizePixels, preprocessImage } from "../../packages/clip/dist/index.js";
import { unit } from "./word-tower.mjs";

const BATCH = 128;

/** The "train" rows of a folder's metadata. */
export async function readRows(folder) {
  const rows = [];
  for await (const line of createInterface(createReadStream(join(folder, "metadata.jsonl")))) {
    const row = JSON.parse(line);
    if (row.split === "train") rows.push(row);
  }
  return rows;
}

/**
 * Embeds pictures, and moves the mean of them all to the origin: what every picture has in common says nothing of any.
 *
 * @returns the centred unit vectors, and the weights of a model that makes them: `post_layernorm.bias` is less by `c` where
 *   `visual_projection · c` is the mean
 */
export async function embedCentred(engine, model, files) {
  const side = model.preprocessing.crop;
  const constants = engine.constants(model.weights);
  const program = await engine.compile({
    name: "pictures",
    constants,
    inputs: { pixels: { dtype: "uint8", shape: [BATCH, side, side, 3] } },
    run: ({ constants: params, inputs: { pixels } }) => ({
      outputs: {
        rows: imageTower(
          { config: model.config, params },
          normalizePixels(pixels, model.preprocessing),
        ),
      },
    }),
  });
  const vectors = [];
  for (let start = 0; start < files.length; start += BATCH) {
    const pixels = new Uint8Array(BATCH * side * side * 3);
    const found = await Promise.all(
      files.slice(start, start + BATCH).map(async (file) => {
        return preprocessImage(await readFile(file), model.preprocessing);
      }),
    );
    for (const [i, picture] of found.entries()) pixels.set(picture, i * picture.length);
    const { data } = (await program.step({ pixels })).rows;
    const width = data.length / BATCH;
    for (const i of found.keys()) vectors.push(data.slice(i * width, (i + 1) * width));
  }
  await program.dispose();
  constants.dispose();
  const mean = vectors[0].map((_, d) => vectors.reduce((sum, v) => sum + v[d], 0) / vectors.length);
  return {
    vectors: vectors.map((vector) => unit(vector.map((x, d) => x - mean[d]))),
    weights: { ...model.weights, ...lessBias(model.weights, mean) },
  };
}

function lessBias(weights, mean) {
  const bias = weights["vision_model.post_layernorm.bias"];
  const shift = solve(weights["visual_projection.weight"], mean);
  const data = bias.data.map((x, i) => x - shift[i]);
  return { "vision_model.post_layernorm.bias": { ...bias, data } };
}

/** The least squares x of `matrix · x = target`, by the normal equations and Cholesky's decomposition. */
function solve({ shape: [rows, columns], data }, target) {
  const square = Array.from({ length: columns }, () => new Float64Array(columns));
  const right = new Float64Array(columns);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < columns; i++) {
      const x = data[r * columns + i];
      right[i] += x * target[r];
      for (let j = 0; j <= i; j++) square[i][j] += x * data[r * columns + j];
    }
  }
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = square[i][j];
      for (let k = 0; k < j; k++) sum -= square[i][k] * square[j][k];
      square[i][j] = i === j ? Math.sqrt(sum) : sum / square[j][j];
    }
  }
  for (let i = 0; i < columns; i++) {
    for (let k = 0; k < i; k++) right[i] -= square[i][k] * right[k];
    right[i] /= square[i][i];
  }
  for (let i = columns - 1; i >= 0; i--) {
    for (let k = i + 1; k < columns; k++) right[i] -= square[k][i] * right[k];
    right[i] /= square[i][i];
  }
  return right;
}
