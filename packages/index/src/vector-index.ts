/** A stored vector near a query. */
export interface Neighbor {
  /** Row of the vector, 0 for the first one added. */
  readonly label: number;
  /** Inner product with the query: the cosine, as both are unit vectors. Higher is closer. */
  readonly score: number;
}

/**
 * Unit vectors that can be searched. Every store keeps these rules, held by one conformance suite:
 * labels are rows in order of arrival; a search gives exactly `min(k, count)` neighbors, best first,
 * no label twice; nothing given to it is kept or changed.
 */
export interface VectorIndex {
  readonly dimension: number;
  readonly count: number;
  /**
   * Adds rows; the first gets the label `count`. Gives the event loop a turn between slices.
   *
   * @param vectors `[n, D]` unit-norm rows
   */
  add(vectors: Float32Array): Promise<void>;
  /**
   * @param query `[D]` unit norm
   * @param k at least 1
   */
  search(query: Float32Array, k: number): Neighbor[];
}
