import type { Node } from "../graph/graph.js";
import { broadcastShape } from "../graph/operators.js";
import type { Kind } from "./kinds.js";
import { type HloType, list, tensorType, type Value, type Writer } from "./writer.js";

interface Product {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** Operands in float32 as they are, whatever the program's precision. */
  readonly exact: boolean;
  /** Of the result. Sums are kept in float32 in either case. */
  readonly type: HloType;
}

const range = (n: number): number[] => [...Array(n).keys()];

export const precisions = { float32: "HIGHEST", tf32: "DEFAULT", bf16: "DEFAULT" } as const;

/**
 * `a · b` over the last two axes, either one transposed, the axes before them broadcast. Operands are of one type.
 *
 * @returns `[..., M, N]`
 */
function matmul(
  a: Value,
  b: Value,
  { transposeA, transposeB, exact, type }: Product,
  w: Writer,
): Value {
  const rows = a.shape.at(transposeA ? -1 : -2)!;
  const columns = b.shape.at(transposeB ? -2 : -1)!;
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  // One matrix for the whole stack needs no copies of it: it is contracted with all rows at once.
  const shared = b.shape.length === 2;
  const x = w.broadcast(a, shared ? a.shape : [...batch, ...a.shape.slice(-2)]);
  const y = w.broadcast(b, shared ? b.shape : [...batch, ...b.shape.slice(-2)]);
  const batching = shared ? [] : range(batch.length);
  const contractX = x.shape.length - (transposeA ? 2 : 1);
  const contractY = y.shape.length - (transposeB ? 1 : 2);
  const precision = precisions[exact ? "float32" : w.precision];
  const result = { type, shape: [...batch, rows, columns] };
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

/**
 * A product, scaled and added to where the passes saw that. One bfloat16 operand makes the other one too: what
 * activations and parameters are multiplied in.
 */
export function product(
  { attrs, dtype }: Node,
  [a, b, added]: readonly Value[],
  w: Writer,
  kind: Kind,
): Value {
  const wide = dtype === "float32" ? "f32" : a!.type;
  const type = kind === "low" && w.precision === "bf16" ? "bf16" : wide;
  const isLow = [type, a!.type, b!.type].includes("bf16");
  const [x, y] = [a!, b!].map((operand) => w.convert(operand, isLow ? "bf16" : wide));
  const { transposeA, transposeB, alpha } = attrs;
  const plain = matmul(
    x!,
    y!,
    {
      ...{ transposeA: Boolean(transposeA), transposeB: Boolean(transposeB) },
      ...{ exact: kind === "exact", type },
    },
    w,
  );
  const scaled =
    alpha === undefined
      ? plain
      : w.convert(w.binary("multiply", w.convert(plain, wide), alpha as number), type);
  return added ? w.binary("add", scaled, w.convert(added, type)) : scaled;
}
