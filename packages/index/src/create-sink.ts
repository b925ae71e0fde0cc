import { createFileSink, type FileSinkOptions } from "./file-sink.js";
import { createLanceSink, type LanceSinkOptions } from "./lance-sink.js";
import type { StoreName } from "./store-choice.js";
import type { VectorSink } from "./vector-sink.js";

/** Where a new version's vectors go. */
export function createSink(
  options: Omit<FileSinkOptions, "store"> & LanceSinkOptions & { readonly store: StoreName },
): Promise<VectorSink> {
  const { store } = options;
  return store === "lancedb" ? createLanceSink(options) : createFileSink({ ...options, store });
}
