import { createEngine, type Engine, type EngineName } from "@cliptune/engine";
import { followIndex, type OpenVersion } from "./follow-index.js";
import { type Manifest, readManifest } from "./manifest.js";
import { type MapOptions, mapOf } from "./map/make-map.js";
import type { IndexMap } from "./map/map-file.js";
import type { ModelOverride } from "./model-reference.js";
import type { FieldSummary } from "./search/field-summaries.js";
import type { SearchRequest, SearchResponse } from "./search/request.js";
import { searchTerms } from "./search/search-terms.js";
import type { SearchIndex } from "./search-index.js";
import { loadSearchModel, type ModelPlace, type SearchModel } from "./search-model.js";
import { openIndex } from "./threads/open-index.js";
import { readingThread } from "./threads/shared-thread.js";

/** An open index and the model that made it: everything that a search page asks. */
export interface Searcher extends Pick<SearchIndex, "item" | "items" | "thumbnail"> {
  readonly manifest: Manifest;
  /** Items in the index. */
  readonly count: number;
  readonly index: SearchIndex;
  readonly engine: Engine;
  /** `[n, D]` unit norm, one row a text; those asked for last are remembered. */
  encodeTexts(texts: readonly string[]): Promise<Float32Array>;
  /** Where the pictures lie in two dimensions: read, or made by a thread and kept beside the index. */
  map(options?: MapOptions): Promise<IndexMap>;
  /**
   * Terms, filters, full text, folding and pages.
   *
   * @throws UserError when a part of the request can't be used, saying which and why
   */
  search(request: SearchRequest): Promise<SearchResponse>;
  /** What can be filtered by: kinds, values and ranges of the items' fields. */
  fields(): Promise<readonly FieldSummary[]>;
  searchText(query: string, k: number): Promise<SearchResponse>;
  /** @param image the bytes of a picture file */
  searchImage(image: Uint8Array, k: number): Promise<SearchResponse>;
  /** The items most like one of the index, without itself. */
  similar(id: string, k: number): Promise<SearchResponse>;
  close(): Promise<void>;
}

export interface SearcherOptions {
  /**
   * An engine to share, which stays open, or the name of one to make; `auto` unless given. With a name,
   * `onnx-cpu` encodes on a thread of its own.
   */
  readonly engine?: Engine | EngineName | "auto";
  /** Where the model and the adapter are now, if not where they were. */
  readonly modelOverride?: ModelOverride;
}

/**
 * Opens an index together with the model that made it, as its manifest says. A new version of the
 * index is picked up by the next call, with another model too: calls that run finish with the old one,
 * and new ones go on with it while that model is loaded.
 *
 * @throws UserError when the model isn't where it was, is another one now or encodes otherwise than
 * when the index was made, or the index is damaged
 */
export async function openSearcher(dir: string, options: SearcherOptions = {}): Promise<Searcher> {
  const { modelOverride } = options;
  const manifest = await readManifest(dir);
  const given = options.engine ?? "auto";
  const engine = typeof given === "string" ? await createEngine(given) : given;
  const closeEngine = async () => {
    if (typeof given === "string") await engine.dispose();
  };
  const reading = readingThread.hold(); // it starts while the model is loaded
  try {
    // ONNX Runtime's runs block the thread that asks, which has other requests to answer.
    const place = { engine, threaded: typeof given === "string" && engine.name === "onnx-cpu" };
    const model = await loadSearchModel(dir, manifest, place, modelOverride);
    const followed = followIndex(dir, await openWith(dir, model), (before) =>
      openNext(dir, place, before),
    );
    const search = (request: SearchRequest) =>
      followed.use(async ({ index, model, prepared }) => {
        const { encodeTexts, encodePicture } = model;
        await prepared();
        return searchTerms({ index, encodeTexts, encodePicture }, request);
      });
    return {
      ...searches(search),
      fields: () => followed.use(({ index }) => index.fields()),
      item: (id) => followed.use(({ index }) => index.item(id)),
      items: (range) => followed.use(({ index }) => index.items(range)),
      thumbnail: (id) => followed.use(({ index }) => index.thumbnail(id)),
      get manifest() {
        return followed.current.index.manifest;
      },
      get count() {
        return followed.current.index.manifest.count;
      },
      get index() {
        return followed.current.index;
      },
      engine,
      encodeTexts: (texts) => followed.use(({ model }) => model.encodeTexts(texts)),
      map: (options) =>
        followed.use(({ index, model }) =>
          mapOf(dir, { index, encodeTexts: model.encoder.encodeTexts }, options),
        ),
      async close() {
        await followed.close();
        await closeEngine();
      },
    };
  } catch (error) {
    await closeEngine();
    throw error;
  } finally {
    reading.release();
  }
}

/** A version of the index and its model. */
interface Opened extends OpenVersion {
  readonly model: SearchModel;
  /** Confidences need more than the index: it is read, or measured, for the first search. */
  prepared(): Promise<void>;
}

/** The newest version, with the model in use where that made it too, or else with its own. */
async function openNext(dir: string, place: ModelPlace, before: Opened): Promise<Opened> {
  const manifest = await readManifest(dir);
  if (manifest.fingerprint === before.model.fingerprint) {
    return openWith(dir, before.model.hold(), before.index);
  }
  return openWith(dir, await loadSearchModel(dir, manifest, place));
}

/** @param model released when the version is closed, or can't be opened */
async function openWith(dir: string, model: SearchModel, before?: SearchIndex): Promise<Opened> {
  try {
    const { fingerprint } = model;
    const index = await openIndex(dir, { fingerprint, ...(before && { before }) });
    let preparing: Promise<void> | undefined;
    return {
      index,
      model,
      prepared() {
        preparing ??= index
          .prepareConfidence((texts) => model.encoder.encodeTexts(texts))
          .catch((error: unknown) => {
            preparing = undefined; // the next search tries again
            throw error;
          });
        return preparing;
      },
      async close() {
        await index.close();
        await model.release();
      },
    };
  } catch (error) {
    await model.release();
    throw error;
  }
}

function searches(search: Searcher["search"]) {
  return {
    search,
    searchText: (text: string, k: number) => search({ query: [{ text }], k }),
    searchImage: (image: Uint8Array, k: number) => search({ query: [{ image }], k }),
    similar: (id: string, k: number) => search({ query: [{ id }], k }),
  };
}
