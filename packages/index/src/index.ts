export { type BuildOptions, type BuildProgress, buildIndex } from "./build-index.js";
export { createFlatIndex, type FlatIndex, type FlatOptions } from "./flat-index.js";
export { defaultHnsw, type HnswParameters, hnswAvailable } from "./hnsw-graph.js";
export { createHnswIndex, type ExactRules, type HnswIndex } from "./hnsw-index.js";
export {
  type CommitFacts,
  createIndexWriter,
  type IndexWriter,
  type WriterOptions,
} from "./index-writer.js";
export type { Fields, StoredItem } from "./item-store.js";
export { type AnnRecall, formatVersion, type Manifest, readManifest } from "./manifest.js";
export type { ModelOverride, ModelReference } from "./model-reference.js";
export { type OpenOptions, openIndex } from "./open-index.js";
export {
  openSearcher,
  type SearchAnswer,
  type Searcher,
  type SearcherOptions,
  type SearchTimings,
} from "./open-searcher.js";
export type { IndexItem } from "./read-picture.js";
export type { Hit, SearchIndex } from "./search-index.js";
export type { Neighbor, VectorIndex } from "./vector-index.js";
