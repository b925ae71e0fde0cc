import type { Node, Source } from "../graph/graph.js";
import { outputKey } from "../trace/trace.js";
import type { Spec } from "../types.js";
import { isFrozenMatrix } from "./kinds.js";
import { isSplitOver, shardingOf } from "./sharding.js";
import { type HloType, hloTypes, type Precision, tensorType } from "./writer.js";

/** One argument of `@main`, in order. */
export interface Argument {
  readonly source: Source;
  readonly name: string;
  readonly spec: Spec;
  /** As the program reads it: `spec`'s own, or bfloat16. */
  readonly type: HloType;
  /** Every device gets its share of the rows; else each gets all of it. */
  readonly isSplit: boolean;
  /** Index of the result that takes over this argument's memory. */
  readonly donatedTo?: number;
}

/** How an array lies on the device: frozen matrices as bfloat16, where products read them so. */
export const storedType = (source: Source, spec: Spec, precision: Precision): HloType =>
  precision === "bf16" && isFrozenMatrix(source, spec) ? "bf16" : hloTypes[spec.dtype];

/** State that the program replaces gives its memory to the value that replaces it. */
export function argumentOf(
  { attrs, dtype, shape }: Node,
  resultKeys: readonly string[],
  { precision, devices }: { readonly precision: Precision; readonly devices: number },
): Argument {
  const source = attrs["source"] as Source;
  const name = attrs["name"] as string;
  const spec = { dtype, shape };
  const result = source === "state" ? resultKeys.indexOf(outputKey("state", name)) : -1;
  return {
    ...{ source, name, spec },
    type: storedType(source, spec, precision),
    isSplit: isSplitOver(devices, source, spec),
    ...(result >= 0 ? { donatedTo: result } : {}),
  };
}

/** Attributes behind a type; nothing where there are none. */
export const braced = (attributes: readonly string[]): string =>
  attributes.length === 0 ? "" : ` {${attributes.join(", ")}}`;

/** An argument as `@main` declares it. */
export const declaration =
  (devices: number) =>
  ({ spec, type: element, donatedTo, isSplit }: Argument, index: number): string => {
    const type = tensorType({ type: element, shape: spec.shape });
    const alias = donatedTo === undefined ? [] : [`tf.aliasing_output = ${donatedTo} : i32`];
    const attributes = braced([...alias, ...shardingOf(devices, isSplit, spec)]);
    return `%arg${index}: ${type}${attributes}`;
  };
