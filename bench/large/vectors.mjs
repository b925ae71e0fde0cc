// Vectors that lie as embeddings do: clusters in a few directions of a large space, a little noise in all.
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { seededNumbers } from "../seeded-numbers.mjs";

/** Writes `[n, D]` unit float32 rows: 1,000 clusters in 32 directions. */
export function writeVectors(path, { rows, dimension, seed }) {
  const shape = seededNumbers(1); // the same space for rows and queries
  const directions = Math.min(32, dimension);
  const basis = Float32Array.from({ length: directions * dimension }, shape);
  const centres = Float32Array.from({ length: 1000 * directions }, shape);
  const next = seededNumbers(seed);
  const file = openSync(path, "w");
  const row = new Float32Array(dimension);
  const place = new Float32Array(directions);
  for (let i = 0; i < rows; i++) {
    const centre = Math.floor(((next() + 1) / 2) * 1000) * directions;
    for (let j = 0; j < directions; j++) place[j] = centres[centre + j] + 0.7 * next();
    let norm = 0;
    for (let d = 0; d < dimension; d++) {
      let value = 0.5 * next();
      for (let j = 0; j < directions; j++) value += place[j] * basis[j * dimension + d];
      row[d] = value;
      norm += value * value;
    }
    for (let d = 0; d < dimension; d++) row[d] /= Math.sqrt(norm);
    writeSync(file, new Uint8Array(row.buffer));
  }
  closeSync(file);
}

/** Calls `take(label, row)` for each row of a file; only a few are in memory. */
export async function eachRow(path, { rows, dimension }, take) {
  const file = openSync(path, "r");
  const step = 1024;
  for (let first = 0; first < rows; first += step) {
    const count = Math.min(step, rows - first);
    const chunk = new Float32Array(count * dimension);
    readSync(file, new Uint8Array(chunk.buffer), 0, chunk.byteLength, first * dimension * 4);
    for (let i = 0; i < count; i++) {
      await take(first + i, chunk.subarray(i * dimension, (i + 1) * dimension));
    }
  }
  closeSync(file);
}
