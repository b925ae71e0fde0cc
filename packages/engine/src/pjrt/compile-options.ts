import { bytes, integer, message } from "../protobuf.js";

/** CompileOptionsProto for one device: executable_build_options (3) with num_replicas (4) and num_partitions (5). */
export const compileOptions = (): Uint8Array =>
  message(bytes(3, message(integer(4, 1), integer(5, 1))));
