import type { AnnRecall, Manifest } from "./manifest.js";

/** Takes the vectors of a version that is being written. */
export interface VectorSink {
  /** Labels given so far. */
  readonly rows: number;
  /** @param vector `[D]` unit norm */
  add(vector: Float32Array): Promise<void>;
  /** Writes all that is needed to search. */
  finish(end: SinkEnd): Promise<SinkFacts>;
  /** Called when the version is the index: frees what only former versions needed. */
  tidy?(): Promise<void>;
  /** Lets go of files and threads; what was not finished is lost. */
  close(): Promise<void>;
}

export interface SinkEnd {
  /** Labels of removed items. */
  readonly removed: readonly number[];
  /** `[n, D]` unit-norm queries like those to come, to measure recall with; else stored vectors. */
  readonly titles?: Float32Array | undefined;
  /** The least recall wanted, 0 to 1. */
  readonly recall: number;
}

/** What the manifest says of the vectors. */
export type SinkFacts = Pick<
  Manifest,
  "store" | "rows" | "indexed" | "distinct" | "hnsw" | "lance"
> & { readonly annRecall: AnnRecall | null };
