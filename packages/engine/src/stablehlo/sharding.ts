import type { Source } from "../graph/graph.js";
import type { Spec } from "../types.js";

/**
 * Whether an argument is split by rows over the devices: inputs that can be. It says where values lie and never what
 * they are, so an input that is no batch may be split too.
 */
export const isSplitOver = (devices: number, source: Source, { shape }: Spec): boolean =>
  devices > 1 && source === "input" && (shape[0] ?? 0) > 0 && shape[0]! % devices === 0;

/**
 * How an argument or result lies on several devices, as an attribute of Shardy's: each axis names the axes of the mesh
 * that it is split over. None where there is one device.
 * @see https://openxla.org/shardy/sharding_representation
 */
export function shardingOf(
  devices: number,
  isSplit: boolean,
  { shape }: Pick<Spec, "shape">,
): string[] {
  if (devices === 1) return [];
  const axes = shape.map((_, axis) => (isSplit && axis === 0 ? '{"rows"}' : "{}"));
  return [`sdy.sharding = #sdy.sharding<@mesh, [${axes.join(", ")}]>`];
}

/** Of the module: one program in as many parts as there are devices. */
export const partitions = (devices: number): string =>
  devices === 1
    ? ""
    : ` attributes {mhlo.num_partitions = ${devices} : i32, mhlo.num_replicas = 1 : i32}`;

/** The devices in a row, by the name that shardings say. */
export const mesh = (devices: number): string[] =>
  devices === 1 ? [] : [`sdy.mesh @mesh = <["rows"=${devices}]>`];
