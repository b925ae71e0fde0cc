import type {
  Constants,
  Data,
  Engine,
  NdArray,
  ProgramValues,
  Spec,
  Tensors,
} from "@cliptune/engine";

const rowsAtATime = 32;

export interface ChunkedProgram {
  readonly name: string;
  readonly constants: Constants;
  /** Arrays whose first axis is the row. */
  readonly columns: Readonly<Record<string, NdArray>>;
  /** `[rows, D]` */
  run(values: ProgramValues): Tensors[string];
}

/** Runs a function of rows over all of them, a fixed number at a time; the last lot is filled up with zeros. */
export async function encodeInChunks(engine: Engine, parts: ChunkedProgram): Promise<NdArray> {
  const { name, constants, columns, run } = parts;
  const rows = Object.values(columns)[0]!.shape[0]!;
  const chunk = Math.min(rows, rowsAtATime);
  const specs = Object.fromEntries(
    Object.entries(columns).map(([key, { dtype, shape }]): [string, Spec] => [
      key,
      { dtype, shape: [chunk, ...shape.slice(1)] },
    ]),
  );
  const program = await engine.compile({
    name,
    constants,
    inputs: specs,
    run: (values) => ({ outputs: { embeds: run(values) } }),
  });
  let embeddings = new Float32Array(0); // [rows, D], once D is known
  let dimension = 0;
  for (let start = 0; start < rows; start += chunk) {
    const inputs = Object.fromEntries(
      Object.entries(columns).map(([key, array]) => [key, rowsOf(array, start, chunk)]),
    );
    const { embeds } = await program.step(inputs);
    dimension = embeds!.shape[1]!;
    if (start === 0) embeddings = new Float32Array(rows * dimension);
    const used = Math.min(chunk, rows - start) * dimension;
    embeddings.set((embeds!.data as Float32Array).subarray(0, used), start * dimension);
  }
  await program.dispose();
  return { dtype: "float32", shape: [rows, dimension], data: embeddings };
}

/** `[count, …]` from row `start` on, zeros after the last. */
function rowsOf({ shape, data }: NdArray, start: number, count: number): Data {
  const width = shape.slice(1).reduce((product, size) => product * size, 1);
  const part = data.slice(start * width, (start + count) * width);
  if (part.length === count * width) return part;
  const filled =
    part instanceof Float32Array ? new Float32Array(count * width) : new Int32Array(count * width);
  filled.set(part);
  return filled;
}
