import type { Engine, Program } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";

/** Rows of `[n, width]` numbers. */
export interface Rows {
  readonly data: Float32Array;
  readonly n: number;
  readonly width: number;
}

export const rowsOf = (data: Float32Array, n: number): Rows => ({
  data,
  n,
  width: data.length / n,
});

/** The chosen rows, in the order of `indices`. */
export function gatherRows({ data, width }: Rows, indices: Int32Array): Rows {
  const gathered = new Float32Array(indices.length * width);
  for (const [i, row] of indices.entries()) {
    gathered.set(data.subarray(row * width, (row + 1) * width), i * width);
  }
  return { data: gathered, n: indices.length, width };
}

/** `[Q, D]` and `[N, D]` → `[Q, N]`. */
export type InnerProducts = (queries: Rows, gallery: Rows) => Promise<Float32Array>;

/** In plain code: fit for small sets. */
export const plainProducts: InnerProducts = async (queries, gallery) => {
  const result = new Float32Array(queries.n * gallery.n);
  for (let q = 0; q < queries.n; q++) {
    for (let g = 0; g < gallery.n; g++) result[q * gallery.n + g] = dot(queries, q, gallery, g);
  }
  return result;
};

/** Queries of one program step; fewer are filled up with zeros. */
const programRows = 256;

/** As matrix products on the engine: a program for each size of gallery, until `dispose`. */
export function engineProducts(engine: Engine): {
  readonly products: InnerProducts;
  dispose(): Promise<void>;
} {
  const programs = new Map<string, Promise<Program>>();
  const programFor = (n: number, width: number): Promise<Program> => {
    const name = `inner-products-${n}-${width}`;
    const made = programs.get(name) ?? engine.compile(productProgram(name, n, width));
    programs.set(name, made);
    return made;
  };
  const products: InnerProducts = async (queries, gallery) => {
    const { n, width } = gallery;
    const program = await programFor(n, width);
    const result = new Float32Array(queries.n * n);
    for (let start = 0; start < queries.n; start += programRows) {
      const count = Math.min(programRows, queries.n - start);
      const padded = new Float32Array(programRows * width);
      padded.set(queries.data.subarray(start * width, (start + count) * width));
      const { scores } = await program.step({ queries: padded, gallery: gallery.data });
      result.set((scores!.data as Float32Array).subarray(0, count * n), start * n);
    }
    return result;
  };
  return {
    products,
    async dispose() {
      for (const made of programs.values()) {
        const program = await made.catch(() => undefined); // its fault was thrown where it was used
        await program?.dispose();
      }
    },
  };
}

const productProgram = (name: string, n: number, width: number) => ({
  name,
  inputs: {
    queries: { dtype: "float32", shape: [programRows, width] },
    gallery: { dtype: "float32", shape: [n, width] },
  } as const,
  run: ({ inputs }: { readonly inputs: Readonly<Record<string, tf.Tensor>> }) => {
    const [queries, gallery] = [inputs["queries"], inputs["gallery"]] as [tf.Tensor2D, tf.Tensor2D];
    return { outputs: { scores: tf.matMul(queries, gallery, false, true) } };
  },
});

/** Four sums side by side, since one alone would wait for each addition. */
export function dot(a: Rows, i: number, b: Rows, j: number): number {
  const width = a.width;
  const left = a.data;
  const right = b.data;
  const x = i * width;
  const y = j * width;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 4 <= width; k += 4) {
    s0 += left[x + k]! * right[y + k]!;
    s1 += left[x + k + 1]! * right[y + k + 1]!;
    s2 += left[x + k + 2]! * right[y + k + 2]!;
    s3 += left[x + k + 3]! * right[y + k + 3]!;
  }
  for (; k < width; k++) s0 += left[x + k]! * right[y + k]!;
  return s0 + s1 + (s2 + s3);
}
