import { bytes, integer, message } from "../protobuf.js";

/**
 * CompileOptionsProto with executable_build_options (3): device_ordinal (1) none, num_replicas (4) one, num_partitions
 * (5) one a device, use_spmd_partitioning (6) where there are several.
 */
export const compileOptions = (devices: number): Uint8Array => {
  const partitions = [integer(4, 1), integer(5, devices)];
  const partitioned = devices > 1 ? [integer(6, 1)] : [];
  return message(bytes(3, message(integer(1, -1n), ...partitions, ...partitioned)));
};
