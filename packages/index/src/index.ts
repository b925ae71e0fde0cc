export type { BrokenPicture } from "./broken-pictures.js";
export type { BuildOptions, BuildProgress } from "./build-index.js";
export { createFlatIndex, type FlatIndex, type FlatOptions } from "./flat-index.js";
export type { Hit } from "./hit.js";
export { defaultHnsw, type HnswParameters, hnswAvailable } from "./hnsw-graph.js";
export { createHnswIndex, type ExactRules, type HnswIndex } from "./hnsw-index.js";
export type { CommitFacts, IndexWriter, WriterOptions } from "./index-writer.js";
export { type ExportFormat, type ExportOptions, exportFormats } from "./interop/export-index.js";
export type { ImportModel, ImportOptions, ImportReport } from "./interop/import-index.js";
export type { NpyPrecision } from "./interop/npy.js";
export type { Fields, StoredItem } from "./item-store.js";
export {
  createLanceIndex,
  type LanceIndex,
  type LanceOptions,
  type LanceSearch,
  type LanceState,
  openLanceIndex,
} from "./lance-index.js";
export {
  type AnnRecall,
  type Canaries,
  formatVersion,
  type Manifest,
  readManifest,
} from "./manifest.js";
export { type MapOptions, mapOf } from "./map/make-map.js";
export { type IndexMap, readMap } from "./map/map-file.js";
export { type Placed, placeVector } from "./map/place-vector.js";
export { type MemoryLimit, type MemoryOptions, memoryNeeded } from "./memory.js";
export { locateModel, type ModelOverride, type ModelReference } from "./model-reference.js";
export type { OpenOptions } from "./open-index.js";
export {
  openSearcher,
  type Searcher,
  type SearcherOptions,
} from "./open-searcher.js";
export type { IndexItem } from "./read-picture.js";
export type { ReindexOptions, ReindexReport } from "./reindex.js";
export type { FieldKind, FieldSummary } from "./search/field-summaries.js";
export type { Condition, FieldValue, Filter } from "./search/filter.js";
export { type FileTerm, type ParsedTerm, parseQuery } from "./search/parse-query.js";
export type {
  QueryContent,
  QueryTerm,
  SearchHit,
  SearchOptions,
  SearchRequest,
  SearchResponse,
  SearchTimings,
} from "./search/request.js";
export type { QueryAnswer, VectorQuery } from "./search/run-query.js";
export type { SearchIndex } from "./search-index.js";
export type { StoreChoice, StoreName } from "./store-choice.js";
export {
  type Comparison,
  openStrengths,
  type PlacedHit,
  type Strengths,
} from "./strengths/open-strengths.js";
export type { StrengthRecall, StrengthsManifest } from "./strengths/strengths-files.js";
export { type StrengthsOptions, writeStrengths } from "./strengths/write-strengths.js";
export { createIndexWriter } from "./threads/index-writer.js";
export { openIndex } from "./threads/open-index.js";
export { buildIndex, exportIndex, importIndex, reindex, updateIndex } from "./threads/writing.js";
export type { UpdateOptions, UpdateReport } from "./update-index.js";
export type { Neighbor, VectorIndex } from "./vector-index.js";
export { type WatchOptions, watchIndex } from "./watch-index.js";
