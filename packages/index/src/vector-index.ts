/** A stored vector near a query. */
export interface Neighbor {
  /** Row of the vector, 0 for the first one added. */
  readonly label: number;
  /** Inner product with the query: the cosine, as both are unit vectors. Higher is closer. */
  readonly score: number;
}

export interface SearchScope {
  /** Only these labels may be found, ascending; all unless given. */
  readonly within?: Uint32Array | undefined;
  /** Compare the query with every vector, whatever the store would do. */
  readonly exact?: boolean;
}

/**
 * Unit vectors that can be searched. Every store keeps these rules, held by one conformance suite:
 * labels are rows in order of arrival and never given again; a search gives exactly
 * `min(k, what it may find)` neighbors, best first, no label twice; nothing given to it is kept or
 * changed.
 */
export interface VectorIndex {
  readonly dimension: number;
  /** Vectors that can be found: those added and not removed. */
  readonly count: number;
  /** Labels given so far, those of removed vectors among them. */
  readonly rows: number;
  /**
   * Adds rows; the first gets the label `rows`. Gives the event loop a turn between slices.
   *
   * @param vectors `[n, D]` unit-norm rows
   */
  add(vectors: Float32Array): Promise<void>;
  /** Removed vectors are never found again; labels that were removed before are passed over. */
  remove(labels: Iterable<number>): Promise<void>;
  /**
   * @param query `[D]` unit norm
   * @param k at least 1
   */
  search(query: Float32Array, k: number, scope?: SearchScope): Promise<Neighbor[]>;
  /** `[n, D]`, a copy, in the order of `labels`. */
  vectors(labels: ArrayLike<number>): Promise<Float32Array>;
  /** Lets go of memory and files. */
  close(): Promise<void>;
}
