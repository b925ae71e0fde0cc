import { resolve } from "node:path";
import { UserError } from "@cliptune/engine";
import { hnswAvailable } from "./hnsw-graph.js";
import type { Manifest } from "./manifest.js";

/** Which store answers searches: exact comparison, hnswlib's graph, or LanceDB. */
export type StoreName = Manifest["store"];

export interface StoreChoice {
  /** `hnsw` unless given; `flat` where hnswlib-node could not be built. */
  readonly store?: StoreName;
  /**
   * Where LanceDB keeps the vectors: a folder, or object storage such as `s3://bucket/thumbnails`,
   * with the credentials that LanceDB finds in the environment. Inside the index unless given.
   */
  readonly uri?: string;
}

/**
 * The choice made whole, with an absolute place.
 *
 * @throws UserError when the store can't be used here, or has no place of its own
 */
export function checkStore({
  store,
  uri,
}: StoreChoice): Required<Pick<StoreChoice, "store">> & StoreChoice {
  if (uri !== undefined && store !== "lancedb") {
    throw new UserError(
      `Vectors at ${uri} need the store lancedb, not ${store ?? "hnsw"}; the others keep them inside the index.`,
    );
  }
  if (store === "hnsw" && !hnswAvailable()) {
    throw new UserError(
      "The store hnsw needs the package hnswlib-node, which is not built here; build it with npm rebuild hnswlib-node, or choose the store exact or lancedb.",
    );
  }
  const chosen = store ?? (hnswAvailable() ? "hnsw" : "flat");
  return { store: chosen, ...(uri === undefined ? {} : { uri: absolute(uri) }) };
}

/** The store that an index has, for the version after it. */
export function storeOf({ store, lance }: Manifest): StoreChoice {
  if (store === "hnsw") return {}; // exact, where hnswlib-node is missing now
  return { store, ...(lance?.uri ? { uri: lance.uri } : {}) };
}

function absolute(uri: string): string {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(uri) ? uri : resolve(uri);
}
