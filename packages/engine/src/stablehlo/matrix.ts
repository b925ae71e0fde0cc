import { broadcastShape } from "../graph/operators.js";
import { list, tensorType, type Value, type Writer } from "./writer.js";

interface Product {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

const range = (n: number): number[] => [...Array(n).keys()];

export const precisions = { float32: "HIGHEST", tf32: "DEFAULT", bf16: "DEFAULT" } as const;

/**
 * `a · b` over the last two axes, either one transposed, the axes before them broadcast. Sums are kept
 * in float32 whatever the operands' precision.
 *
 * @returns `[..., M, N]`
 */
export function matmul(a: Value, b: Value, { transposeA, transposeB }: Product, w: Writer): Value {
  const rows = a.shape.at(transposeA ? -1 : -2)!;
  const columns = b.shape.at(transposeB ? -2 : -1)!;
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  // One matrix for the whole stack needs no copies of it: it is contracted with all rows at once.
  const shared = b.shape.length === 2;
  const x = narrow(w.broadcast(a, shared ? a.shape : [...batch, ...a.shape.slice(-2)]), w);
  const y = narrow(w.broadcast(b, shared ? b.shape : [...batch, ...b.shape.slice(-2)]), w);
  const batching = shared ? [] : range(batch.length);
  const contractX = x.shape.length - (transposeA ? 2 : 1);
  const contractY = y.shape.length - (transposeB ? 1 : 2);
  const precision = precisions[w.precision];
  const result = { type: "f32" as const, shape: [...batch, rows, columns] };
  return w.line(
    [
      `stablehlo.dot_general ${x.name}, ${y.name}`,
      ...(batching.length > 0 ? [`batching_dims = ${list(batching)} x ${list(batching)}`] : []),
      `contracting_dims = ${list([contractX])} x ${list([contractY])}`,
      `precision = [${precision}, ${precision}] : (${tensorType(x)}, ${tensorType(y)}) -> ${tensorType(result)}`,
    ].join(", "),
    result.type,
    result.shape,
  );
}

/** Operands of products in the precision asked for. */
export const narrow = (x: Value, w: Writer): Value =>
  w.precision === "bf16" ? w.convert(x, "bf16") : x;
