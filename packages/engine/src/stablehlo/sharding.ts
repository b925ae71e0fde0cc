import type { Source } from "../graph/graph.js";
import type { Spec } from "../types.js";

/**
 * Whether an argument is split by rows over the devices: inputs that can be. It says where values lie and never what
 * they are, so an input that is no batch may be split too.
 */
export const isSplitOver = (devices: number, source: Source, { shape }: Spec): boolean =>
  devices > 1 && source === "input" && (shape[0] ?? 0) > 0 && shape[0]! % devices === 0;

/**
 * How an argument or result lies on several devices, as an attribute; none where there is one device.
 * @see https://openxla.org/shardy/sdy_propagation, and xla/hlo/ir/hlo_sharding.h for the text
 */
export function shardingOf(
  devices: number,
  isSplit: boolean,
  { shape }: Pick<Spec, "shape">,
): string[] {
  if (devices === 1) return [];
  const tiles = shape.map((_, axis) => (axis === 0 ? devices : 1)).join(",");
  return [`mhlo.sharding = "${isSplit ? `{devices=[${tiles}]<=[${devices}]}` : "{replicated}"}"`];
}

/** Of the module: one program in as many parts as there are devices. */
export const partitions = (devices: number): string =>
  devices === 1
    ? ""
    : ` attributes {mhlo.num_partitions = ${devices} : i32, mhlo.num_replicas = 1 : i32}`;
