import type { GraphBuilder, Node } from "../graph/graph.js";
import type { Data, DType } from "../types.js";

/** Fewer numbers than this are written out, regular or not. */
const few = 16;

/**
 * An array that the traced code made, as short as it can be said: tfjs writes `zeros`, `ones` and `eye` out in full,
 * which would be megabytes of the compiled program.
 */
export function literal(
  data: Data,
  shape: readonly number[],
  dtype: DType,
  builder: GraphBuilder,
): Node {
  if (data.length > few) {
    const regular = repeated(data, shape, dtype, builder) ?? diagonal(data, shape, dtype, builder);
    if (regular) return regular;
  }
  return builder.literal(data, shape, dtype);
}

/** One number everywhere. */
function repeated(
  data: Data,
  shape: readonly number[],
  dtype: DType,
  builder: GraphBuilder,
): Node | undefined {
  const first = data[0]!;
  if (!data.every((x) => x === first)) return undefined;
  return builder.op("broadcastTo", [builder.scalar(first, dtype)], { shape });
}

/** `[R, C]`: one number along the main diagonal, zeros elsewhere. */
function diagonal(
  data: Data,
  shape: readonly number[],
  dtype: DType,
  builder: GraphBuilder,
): Node | undefined {
  const [rows, columns] = shape;
  if (shape.length !== 2 || !rows || !columns) return undefined;
  const value = data[0]!;
  // Its places are 0, C + 1, 2 (C + 1), … as long as there are rows and columns left.
  const end = Math.min(rows, columns) * (columns + 1);
  const isDiagonal = (x: number, at: number) =>
    x === (at % (columns + 1) === 0 && at < end ? value : 0);
  if (!data.every(isDiagonal)) return undefined;
  const row = builder.literal(count(rows), [rows, 1], "int32");
  const column = builder.literal(count(columns), [1, columns], "int32");
  const [on, off] = [builder.scalar(value, dtype), builder.scalar(0, dtype)];
  return builder.op("select", [builder.op("equal", [row, column]), on, off]);
}

const count = (length: number): Int32Array => Int32Array.from({ length }, (_, i) => i);
