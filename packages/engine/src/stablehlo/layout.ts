import { array, list, tensorType, type Value, type Writer } from "./writer.js";

const arrow = (inputs: readonly Value[], result: Pick<Value, "type" | "shape">): string =>
  `(${inputs.map(tensorType).join(", ")}) -> ${tensorType(result)}`;

/** A region that folds its two arguments: what scatter and windows fold with. */
export const foldRegion = (op: "add" | "maximum", type: Value["type"]): string => {
  const t = tensorType({ type, shape: [] });
  return [
    "({",
    `^bb0(%lhs: ${t}, %rhs: ${t}):`,
    `%fold = stablehlo.${op} %lhs, %rhs : ${t}`,
    `stablehlo.return %fold : ${t}`,
    "})",
  ].join("\n");
};

/** A region that gives its second argument: what replaces. */
const replaceRegion = (type: Value["type"]): string => {
  const t = tensorType({ type, shape: [] });
  return ["({", `^bb0(%lhs: ${t}, %rhs: ${t}):`, `stablehlo.return %rhs : ${t}`, "})"].join("\n");
};

export function concat(parts: readonly Value[], axis: number, w: Writer): Value {
  const total = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
  const { type } = parts[0]!;
  const shape = parts[0]!.shape.map((d, i) => (i === axis ? total : d));
  const names = parts.map((part) => part.name).join(", ");
  const body = `stablehlo.concatenate ${names}, dim = ${axis} : ${arrow(parts, { type, shape })}`;
  return w.line(body, type, shape);
}

export interface Cut {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly strides: readonly number[];
}

export function slice(x: Value, { begin, end, strides }: Cut, w: Writer): Value {
  const shape = begin.map((b, i) => Math.ceil((end[i]! - b) / strides[i]!));
  const cuts = begin.map((b, i) => `${b}:${end[i]}:${strides[i]}`).join(", ");
  const body = `stablehlo.slice ${x.name} [${cuts}] : ${arrow([x], { type: x.type, shape })}`;
  return w.line(body, x.type, shape);
}

export function reverse(x: Value, axes: readonly number[], w: Writer): Value {
  return w.line(
    `stablehlo.reverse ${x.name}, dims = ${list(axes)} : ${tensorType(x)}`,
    x.type,
    x.shape,
  );
}

export interface Margins {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly value: number;
}

/** Adds margins; negative ones cut. */
export function pad(x: Value, { before, after, value }: Margins, w: Writer): Value {
  const shape = x.shape.map((d, i) => d + before[i]! + after[i]!);
  const filler = w.scalar(value, x.type);
  const interior = list(x.shape.map(() => 0));
  const types = arrow([x, filler], { type: x.type, shape });
  return w.line(
    `stablehlo.pad ${x.name}, ${filler.name}, low = ${list(before)}, high = ${list(after)}, interior = ${interior} : ${types}`,
    x.type,
    shape,
  );
}

/** `[2, 3]` repeated `[r, s]` times: `[r, 2, s, 3]` by broadcasting, then flattened. */
export function tile(x: Value, reps: readonly number[], w: Writer): Value {
  const apart = x.shape.flatMap((d, i) => [reps[i]!, d]);
  const spread = w.broadcastInDim(
    x,
    apart,
    x.shape.map((_, i) => 2 * i + 1),
  );
  return w.reshape(
    spread,
    x.shape.map((d, i) => d * reps[i]!),
  );
}

/** Running sums along `axis`: a window as long as the axis slides over it. */
export function cumsum(
  x: Value,
  { axis, exclusive, reverse: backwards }: { axis: number; exclusive: boolean; reverse: boolean },
  w: Writer,
): Value {
  const size = x.shape[axis]!;
  const along = (value: number, other = 0) => x.shape.map((_, i) => (i === axis ? value : other));
  // Without its own element: everything moves one place on first.
  const shift = { before: along(backwards ? -1 : 1), after: along(backwards ? 1 : -1), value: 0 };
  const from = exclusive ? pad(x, shift, w) : x;
  const margins = x.shape.map((_, i) =>
    i !== axis ? [0, 0] : backwards ? [0, size - 1] : [size - 1, 0],
  );
  const start = w.scalar(0, x.type);
  const padding = `dense<[${margins.map(list).join(", ")}]> : tensor<${x.shape.length}x2xi64>`;
  return w.line(
    `"stablehlo.reduce_window"(${from.name}, ${start.name}) <{padding = ${padding}, window_dimensions = ${array(along(size, 1))}}> ${foldRegion("add", x.type)} : ${arrow([from, start], x)}`,
    x.type,
    x.shape,
  );
}

/** Slices of `x` along `axis`, at `indices`; what lies outside is clamped to the border. */
export function gather(x: Value, indices: Value, axis: number, w: Writer): Value {
  const rank = indices.shape.length;
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  const offsets = [...shape.keys()].filter((i) => i < axis || i >= axis + rank);
  const sizes = x.shape.map((d, i) => (i === axis ? 1 : d));
  const dimensions = `#stablehlo.gather<offset_dims = ${list(offsets)}, collapsed_slice_dims = [${axis}], start_index_map = [${axis}], index_vector_dim = ${rank}>`;
  return w.line(
    `"stablehlo.gather"(${x.name}, ${indices.name}) <{dimension_numbers = ${dimensions}, indices_are_sorted = false, slice_sizes = ${array(sizes)}}> : ${arrow([x, indices], { type: x.type, shape })}`,
    x.type,
    shape,
  );
}

/** Puts rows into `x` at the places `ids`, folding them with what is there; places outside are left out. */
function scatter(x: Value, ids: Value, rows: Value, region: string, w: Writer): Value {
  const rank = ids.shape.length;
  const windows = list([...rows.shape.keys()].slice(rank));
  const dimensions = `#stablehlo.scatter<update_window_dims = ${windows}, inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = ${rank}>`;
  return w.line(
    `"stablehlo.scatter"(${x.name}, ${ids.name}, ${rows.name}) <{indices_are_sorted = false, scatter_dimension_numbers = ${dimensions}, unique_indices = false}> ${region} : ${arrow([x, ids, rows], x)}`,
    x.type,
    x.shape,
  );
}

/** Sums rows of `x` into `size` bins; rows whose id names no bin are left out. */
export function segmentSum(x: Value, ids: Value, size: number, w: Writer): Value {
  const shape = [size, ...x.shape.slice(ids.shape.length)];
  const zeros = w.broadcast(w.scalar(0, x.type), shape);
  return scatter(zeros, ids, x, foldRegion("add", x.type), w);
}

/** `x` with the rows at `ids` replaced. */
export function scatterRows(x: Value, ids: Value, rows: Value, w: Writer): Value {
  return scatter(x, ids, rows, replaceRegion(x.type), w);
}

/** The `k` greatest along the last axis, sorted downwards: their values (0) or places (1). */
export function topK(x: Value, k: number, index: 0 | 1, w: Writer): Value {
  const shape = [...x.shape.slice(0, -1), k];
  const values = tensorType({ type: x.type, shape });
  const places = tensorType({ type: "i32", shape });
  const both = w.line(
    `:2 = chlo.top_k(${x.name}, k = ${k}) : ${tensorType(x)} -> (${values}, ${places})`,
    x.type,
    shape,
  );
  return { name: `${both.name}#${index}`, type: index === 0 ? x.type : "i32", shape };
}
