import { createEncoder, loadAdapter, loadModel, preprocessImage } from "@cliptune/clip";
import { createEngine, type Engine, type EngineName, UserError } from "@cliptune/engine";
import { type Manifest, readManifest } from "./manifest.js";
import { locateModel, type ModelOverride } from "./model-reference.js";
import { openIndex } from "./open-index.js";
import type { Background } from "./search/background.js";
import { backgroundOf } from "./search/background-file.js";
import type { FieldSummary } from "./search/field-summaries.js";
import type { SearchRequest, SearchResponse } from "./search/request.js";
import { searchTerms, type TermParts } from "./search/search-terms.js";
import type { SearchIndex } from "./search-index.js";

/** An open index and the model that made it: everything that a search page asks. */
export interface Searcher extends Pick<SearchIndex, "item" | "items" | "thumbnail"> {
  readonly manifest: Manifest;
  /** Items in the index. */
  readonly count: number;
  readonly index: SearchIndex;
  readonly engine: Engine;
  /**
   * Terms, filters, full text, folding and pages.
   *
   * @throws UserError when a part of the request can't be used, saying which and why
   */
  search(request: SearchRequest): Promise<SearchResponse>;
  /** What can be filtered by: kinds, values and ranges of the items' fields. */
  fields(): readonly FieldSummary[];
  searchText(query: string, k: number): Promise<SearchResponse>;
  /** @param image the bytes of a picture file */
  searchImage(image: Uint8Array, k: number): Promise<SearchResponse>;
  /** The items most like one of the index, without itself. */
  similar(id: string, k: number): Promise<SearchResponse>;
  close(): Promise<void>;
}

export interface SearcherOptions {
  /** An engine to share, which stays open, or the name of one to make; `auto` unless given. */
  readonly engine?: Engine | EngineName | "auto";
  /** Where the model and the adapter are now, if not where they were. */
  readonly modelOverride?: ModelOverride;
}

/**
 * Opens an index together with the model that made it, as its manifest says.
 *
 * @throws UserError when the model isn't where it was, is another one now, or the index is damaged
 */
export async function openSearcher(dir: string, options: SearcherOptions = {}): Promise<Searcher> {
  const manifest = await readManifest(dir);
  if (!manifest.model) {
    throw new UserError(
      `The index at ${dir} holds vectors of an unknown model; open it with openIndex and search it with vectors.`,
    );
  }
  const { path, adapter, strength } = await locateModel(dir, manifest.model, options.modelOverride);
  const model = await loadModel(path);
  const tuned =
    adapter === undefined ? {} : { adapter: await loadAdapter(adapter, model), strength };
  const given = options.engine ?? "auto";
  const engine = typeof given === "string" ? await createEngine(given) : given;
  const encoder = await createEncoder(engine, model, tuned);
  const closeModel = async () => {
    await encoder.dispose();
    if (typeof given === "string") await engine.dispose();
  };
  try {
    const index = await openIndex(dir, { fingerprint: encoder.fingerprint });
    const encodePicture = async (image: Uint8Array) =>
      encoder.encodeImages(await preprocessImage(image, model.preprocessing), 1);
    let measured: Promise<Background> | undefined;
    const background = () => {
      measured ??= backgroundOf(dir, index, encoder);
      return measured;
    };
    return {
      ...searches({ index, encoder, encodePicture, background }),
      fields: index.fields,
      item: index.item,
      items: index.items,
      thumbnail: index.thumbnail,
      manifest: index.manifest,
      count: index.manifest.count,
      index,
      engine,
      async close() {
        await index.close();
        await closeModel();
      },
    };
  } catch (error) {
    await closeModel();
    throw error;
  }
}

function searches(parts: TermParts) {
  const search = (request: SearchRequest) => searchTerms(parts, request);
  return {
    search,
    searchText: (text: string, k: number) => search({ query: [{ text }], k }),
    searchImage: (image: Uint8Array, k: number) => search({ query: [{ image }], k }),
    similar: (id: string, k: number) => search({ query: [{ id }], k }),
  };
}
