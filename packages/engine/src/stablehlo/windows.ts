import { narrow, precisions } from "./matrix.js";
import { list, tensorType, type Value, type Writer } from "./writer.js";

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
  const [image, weights] = [narrow(x, w), narrow(filter, w)];
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
