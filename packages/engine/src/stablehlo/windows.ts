import { foldRegion } from "./layout.js";
import { precisions } from "./matrix.js";
import { array, list, tensorType, type Value, type Writer } from "./writer.js";

/** How a window walks over the spatial axes of `[N, ..., C]`. */
export interface Steps {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

export function conv(
  x: Value,
  filter: Value,
  { strides, dilations, before, after, groups }: Steps & { readonly groups: number },
  shape: readonly number[],
  w: Writer,
): Value {
  const operands = w.precision === "bf16" ? "bf16" : "f32";
  const [image, weights] = [w.convert(x, operands), w.convert(filter, operands)];
  const places = strides.map((_, i) => i).join(", ");
  const layout = `[b, ${places}, f]x[${places}, i, o]->[b, ${places}, f]`;
  const margins = list(before.map((margin, i) => list([margin, after[i]!])) as unknown as number[]);
  const window = `{stride = ${list(strides)}, pad = ${margins}, rhs_dilate = ${list(dilations)}}`;
  const precision = `#stablehlo<precision ${precisions[w.precision]}>`;
  const attrs = `{batch_group_count = 1 : i64, feature_group_count = ${groups} : i64, precision_config = [${precision}, ${precision}]}`;
  const types = `(${tensorType(image)}, ${tensorType(weights)}) -> ${tensorType({ type: "f32", shape })}`;
  return w.line(
    `stablehlo.convolution(${image.name}, ${weights.name}) dim_numbers = ${layout}, window = ${window} ${attrs} : ${types}`,
    "f32",
    shape,
  );
}

export interface Window extends Steps {
  readonly sizes: readonly number[];
}

/** Folds each window of `[N, ..., C]`; margins are filled with `start`. */
function reduceWindow(
  fold: "add" | "maximum",
  x: Value,
  { sizes, strides, dilations, before, after }: Window,
  shape: readonly number[],
  w: Writer,
): Value {
  const start = w.scalar(fold === "add" ? 0 : Number.NEGATIVE_INFINITY, x.type);
  const around = (inner: readonly number[]) => array([1, ...inner, 1]);
  const margins = [[0, 0], ...before.map((margin, i) => [margin, after[i]!]), [0, 0]].map(list);
  const padding = `dense<[${margins.join(", ")}]> : tensor<${margins.length}x2xi64>`;
  const attrs = `<{padding = ${padding}, window_dilations = ${around(dilations)}, window_dimensions = ${around(sizes)}, window_strides = ${around(strides)}}>`;
  const types = `(${tensorType(x)}, ${tensorType(start)}) -> ${tensorType({ type: x.type, shape })}`;
  return w.line(
    `"stablehlo.reduce_window"(${x.name}, ${start.name}) ${attrs} ${foldRegion(fold, x.type)} : ${types}`,
    x.type,
    shape,
  );
}

export const maxPool = (x: Value, window: Window, shape: readonly number[], w: Writer): Value =>
  reduceWindow("maximum", x, window, shape, w);

/** The sum over each window by the number of its elements that are not margin. */
export function meanPool(x: Value, window: Window, shape: readonly number[], w: Writer): Value {
  const ones = w.broadcast(w.scalar(1, x.type), x.shape);
  const count = reduceWindow("add", ones, window, shape, w);
  return w.binary("divide", reduceWindow("add", x, window, shape, w), count);
}
