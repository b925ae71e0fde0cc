import type { NdArray } from "@cliptune/engine";

/** Uniform numbers in [0, 1) from a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Makers of random arrays that share one stream, so that a table of cases is the same in every run. */
export function arraysFrom(seed: number) {
  const random = randomFrom(seed);
  const between = (shape: readonly number[], low: number, high: number) =>
    Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => low + (high - low) * random());
  return {
    random,
    float: (shape: readonly number[], low = -2, high = 2): NdArray => ({
      dtype: "float32",
      shape,
      data: Float32Array.from(between(shape, low, high)),
    }),
    /** Integers from `low` up to and without `high`. */
    int: (shape: readonly number[], low = -5, high = 6): NdArray => ({
      dtype: "int32",
      shape,
      data: Int32Array.from(between(shape, low, high).map(Math.floor)),
    }),
    bool: (shape: readonly number[]): NdArray => ({
      dtype: "bool",
      shape,
      data: Uint8Array.from(between(shape, 0, 2).map(Math.floor)),
    }),
  };
}

/** A float vector of the numbers given. */
export const vector = (...values: number[]): NdArray => ({
  dtype: "float32",
  shape: [values.length],
  data: Float32Array.from(values),
});
