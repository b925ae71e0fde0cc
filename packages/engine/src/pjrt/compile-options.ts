import { bytes, integer, message } from "../protobuf.js";

/**
 * CompileOptionsProto with executable_build_options (3): device_ordinal (1) none, num_replicas (4) one, num_partitions
 * (5) one a device, and where there are several use_spmd_partitioning (6), by Shardy (19).
 *
 * @param flags XLA's, by name, as env_option_overrides (7), a map of OptionOverrideProto with string_field (1)
 */
export function compileOptions(
  devices: number,
  flags: Readonly<Record<string, string>> = {},
): Uint8Array {
  const partitions = [integer(4, 1), integer(5, devices)];
  const partitioned = devices > 1 ? [integer(6, 1), integer(19, 1)] : [];
  return message(
    bytes(3, message(integer(1, -1n), ...partitions, ...partitioned)),
    ...Object.entries(flags).map(([name, value]) =>
      bytes(7, message(bytes(1, name), bytes(2, message(bytes(1, value))))),
    ),
  );
}
