import type { Graph, GraphBuilder, Node } from "./graph.js";
import { ints } from "./operators.js";
import { type Rule, rewrite } from "./rewrite.js";

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i]);

/** The value of a literal that holds one number, else undefined. */
const scalarOf = (node: Node | undefined): number | undefined =>
  node?.op === "literal" && node.data!.length === 1 ? node.data![0] : undefined;

/** Views of views: reshapes, casts and broadcasts that change nothing, chains that collapse to one. */
const simplifyViews: Rule = (node, [x], builder) => {
  if (!x) return undefined;
  if (node.op === "identity") return x;
  if (node.op === "reshape") {
    if (sameShape(x.shape, node.shape)) return x;
    if (x.op === "reshape") return builder.op("reshape", [x.inputs[0]!], node.attrs);
  }
  if (node.op === "broadcastTo" && sameShape(x.shape, node.shape)) return x;
  if (node.op === "tile" && ints(node.attrs, "reps").every((r) => r === 1)) return x;
  if (node.op === "transpose" && ints(node.attrs, "perm").every((p, i) => p === i)) return x;
  if (node.op === "cast") {
    if (x.dtype === node.dtype) return x;
    // uint8 → int32 → float32 loses nothing when done at once; by way of bool it would.
    if (x.op === "cast" && x.dtype === "int32" && x.inputs[0]!.dtype === "uint8") {
      return builder.op("cast", [x.inputs[0]!], node.attrs);
    }
  }
  return undefined;
};

/** x·1, x/1, x+0, x−0 are x, where broadcasting does not grow it. */
const dropNeutral: Rule = (node, [a, b]) => {
  if (!a || !b) return undefined;
  const keeps = (x: Node) => sameShape(x.shape, node.shape);
  if (node.op === "mul" || node.op === "div") {
    if (scalarOf(b) === 1 && keeps(a)) return a;
    if (node.op === "mul" && scalarOf(a) === 1 && keeps(b)) return b;
  }
  if (node.op === "add" || node.op === "sub") {
    if (scalarOf(b) === 0 && keeps(a)) return a;
    if (node.op === "add" && scalarOf(a) === 0 && keeps(b)) return b;
  }
  return undefined;
};

const withRow: ReadonlySet<string> = new Set(["add", "sub", "mul", "div"]);

/**
 * An operator on x and a literal along x's short last axis, such as a mean for each colour, takes whole lines of x and
 * the literal repeated: a loop over three numbers costs more than the three.
 */
const widenRows: Rule = (node, inputs, builder) => {
  if (!withRow.has(node.op) || node.dtype !== "float32") return undefined;
  const at = inputs.findIndex(({ op, shape }) => op === "literal" && shape.length === 1);
  const [row, x] = [inputs[at], inputs[1 - at]];
  if (!row || !x || x.shape.length < 2 || !sameShape(x.shape, node.shape)) return undefined;
  const [lines, width] = x.shape.slice(-2) as [number, number];
  if (row.shape[0] !== width || width > 16 || lines < 16 || lines > 1024) return undefined;
  const flat = builder.op("reshape", [x], { shape: [...x.shape.slice(0, -2), lines * width] });
  const data = Float32Array.from({ length: lines * width }, (_, i) => row.data![i % width]!);
  const line = builder.literal(data, [lines * width], "float32");
  const wide = builder.op(node.op, at === 0 ? [line, flat] : [flat, line]);
  return builder.op("reshape", [wide], { shape: node.shape });
};

const swapsLastTwo = (perm: readonly number[]): boolean => {
  const rank = perm.length;
  return (
    rank >= 2 &&
    perm.every((p, i) => p === (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i))
  );
};

/** A transpose of the last two axes that feeds a matmul becomes the matmul's own flag. */
const foldTransposes: Rule = (node, inputs, builder) => {
  if (node.op !== "matmul") return undefined;
  const [a, b] = inputs as [Node, Node];
  const folds = (x: Node) => x.op === "transpose" && swapsLastTwo(ints(x.attrs, "perm"));
  if (!folds(a) && !folds(b)) return undefined;
  return builder.op(
    "matmul",
    [folds(a) ? a.inputs[0]! : a, folds(b) ? b.inputs[0]! : b, ...inputs.slice(2)],
    {
      ...node.attrs,
      transposeA: Boolean(node.attrs["transposeA"]) !== folds(a),
      transposeB: Boolean(node.attrs["transposeB"]) !== folds(b),
    },
  );
};

/** A matmul times a literal scalar becomes the matmul's `alpha`. */
const foldScale: Rule = (node, inputs, builder, uses) => {
  const scaled = scaledBy(node, inputs);
  if (!scaled || uses(node.inputs[scaled.at]!) > 1) return undefined;
  const { x, scale } = scaled;
  return isScalable(x) && sameShape(x.shape, node.shape)
    ? withScale(x, x.inputs, scale, builder)
    : undefined;
};

/** A factor that is a literal scalar, and what it multiplies. */
function scaledBy(
  node: Node,
  inputs: readonly Node[],
): { x: Node; at: number; scale: number } | undefined {
  if (node.op !== "mul" || node.dtype !== "float32") return undefined;
  const at = scalarOf(inputs[1]) === undefined ? 1 : 0;
  const scale = scalarOf(inputs[1 - at]);
  return scale === undefined ? undefined : { x: inputs[at]!, at, scale };
}

const isScalable = (x: Node): boolean =>
  x.op === "matmul" && x.inputs.length === 2 && x.dtype === "float32";

const withScale = (
  product: Node,
  inputs: readonly Node[],
  scale: number,
  builder: GraphBuilder,
): Node => {
  const alpha = scale * ((product.attrs["alpha"] as number | undefined) ?? 1);
  return builder.op("matmul", inputs, { ...product.attrs, alpha });
};

/**
 * s · (reshape of x) becomes a reshape of s · x, and s · (matmul + y) becomes (s · matmul) + s · y where y is
 * a row, or such a sum again: so an activation's factor reaches the matmuls before it.
 */
const scaleBeforeSum: Rule = (node, inputs, builder, uses) => {
  const scaled = scaledBy(node, inputs);
  if (!scaled || !termsUsedOnce(node.inputs[scaled.at]!, uses)) return undefined;
  const { x, scale } = scaled;
  if (!sameShape(x.shape, node.shape)) return undefined;
  const inner = x.op === "reshape" ? x.inputs[0]! : x;
  const pushed = scaledTerms(inner, scale, builder);
  if (!pushed || (inner === x && x.op === "matmul")) return undefined;
  return inner === x ? pushed : builder.op("reshape", [pushed], { shape: node.shape });
};

/** Whether a sum, its matmuls and the reshape around it serve nobody else. */
const termsUsedOnce = (x: Node, uses: (old: Node) => number): boolean =>
  x.shape.length === 1 ||
  (uses(x) === 1 &&
    (x.op === "matmul" ||
      ((x.op === "add" || x.op === "reshape") &&
        x.inputs.every((term) => termsUsedOnce(term, uses)))));

/** s · x with s in every matmul of the sum x; undefined where some term is neither a matmul nor a row. */
function scaledTerms(x: Node, scale: number, builder: GraphBuilder): Node | undefined {
  if (isScalable(x)) return withScale(x, x.inputs, scale, builder);
  const isRow = x.shape.length === 1 && x.dtype === "float32";
  if (isRow) return builder.op("mul", [x, builder.scalar(scale)], {});
  if (x.op !== "add" || x.shape.length !== 2) return undefined;
  const [a, b] = x.inputs.map((term) => scaledTerms(term, scale, builder));
  return a && b && builder.op("add", [a, b], {});
}

/** A matmul of s · x becomes the matmul of x with s in its `alpha`, seen through a reshape too. */
const scaleAfterMatmul: Rule = (node, inputs, builder) => {
  if (!isScalable(node)) return undefined;
  let factor = 1;
  const bare = inputs.map((input) => {
    const inner = input.op === "reshape" ? input.inputs[0]! : input;
    const scaled = scaledBy(inner, inner.inputs);
    if (!scaled || !sameShape(scaled.x.shape, inner.shape)) return input;
    factor *= scaled.scale;
    return inner === input ? scaled.x : builder.op("reshape", [scaled.x], { shape: input.shape });
  });
  return factor === 1 ? undefined : withScale(node, bare, factor, builder);
};

/**
 * A two-dimensional matmul plus a row vector, or plus a matrix of its own shape, becomes one Gemm that
 * adds as it goes: biases, LoRA's low-rank term and sums of gradients cost no pass of their own.
 */
const foldSum: Rule = (node, inputs, builder, uses) => {
  if (node.op !== "add" || node.dtype !== "float32" || node.shape.length !== 2) return undefined;
  const foldable = (at: number): boolean => {
    const [product, other] = [inputs[at]!, inputs[1 - at]!];
    const isPlain =
      product.op === "matmul" && product.inputs.length === 2 && uses(node.inputs[at]!) === 1;
    const isRow = other.shape.length === 1 && other.shape[0] === product.shape[1];
    return isPlain && (isRow || sameShape(other.shape, product.shape));
  };
  const at = foldable(0) ? 0 : foldable(1) ? 1 : undefined;
  if (at === undefined) return undefined;
  const product = inputs[at]!;
  return builder.op("matmul", [...product.inputs, inputs[1 - at]!], product.attrs);
};

/**
 * (reshape of a matmul) + x becomes a reshape of (matmul + x): layers flatten their rows for the matmul,
 * and the sum must meet it there for `foldSum` to see it.
 */
const sumBeforeReshape: Rule = (node, inputs, builder, uses) => {
  if (node.op !== "add" || node.shape.length <= 2) return undefined;
  const at = inputs.findIndex(
    (input, i) =>
      input.op === "reshape" &&
      input.inputs[0]!.op === "matmul" &&
      input.inputs[0]!.shape.length === 2 &&
      uses(node.inputs[i]!) === 1 &&
      sameShape(input.shape, inputs[1 - i]!.shape),
  );
  if (at < 0) return undefined;
  const { shape } = inputs[at]!.inputs[0]!;
  const product = inputs[at]!.inputs[0]!;
  const other = builder.op("reshape", [inputs[1 - at]!], { shape });
  return builder.op("reshape", [builder.op("add", [product, other])], { shape: node.shape });
};

const rules = {
  simplifyViews,
  dropNeutral,
  widenRows,
  foldTransposes,
  foldScale,
  sumBeforeReshape,
  scaleBeforeSum,
  scaleAfterMatmul,
  foldSum,
};

export type RuleName = keyof typeof rules;

/** The passes in order: each goes over the whole graph once with its rules. */
const passes: ReadonlyArray<readonly RuleName[]> = [
  ["simplifyViews", "dropNeutral", "widenRows"],
  ["simplifyViews", "dropNeutral", "foldTransposes", "foldScale"],
  ["sumBeforeReshape"],
  ["simplifyViews"],
  ["scaleBeforeSum", "scaleAfterMatmul", "simplifyViews"],
  ["simplifyViews", "foldSum"],
];

/**
 * Runs the passes. Dead code and common subexpressions go with every one.
 *
 * @param without rules to leave out, to see what each is worth
 */
export const optimise = (graph: Graph, without: readonly string[] = []): Graph =>
  passes.reduce((rewritten, names) => {
    const used = names.filter((name) => !without.includes(name));
    return rewrite(
      rewritten,
      used.map((name) => rules[name]),
    );
  }, graph);
