import { createEncoder, loadAdapter, loadModel, preprocessImage } from "@cliptune/clip";
import { createEngine, type Engine, type EngineName, UserError } from "@cliptune/engine";
import { assertSameNumbers } from "./canaries.js";
import { followIndex } from "./follow-index.js";
import { type Manifest, readManifest } from "./manifest.js";
import { type MapOptions, mapOf } from "./map/make-map.js";
import type { IndexMap } from "./map/map-file.js";
import { locateModel, type ModelOverride } from "./model-reference.js";
import { openIndex } from "./open-index.js";
import { assertSameModel } from "./same-model.js";
import type { Background } from "./search/background.js";
import { backgroundOf } from "./search/background-file.js";
import type { FieldSummary } from "./search/field-summaries.js";
import { rememberTexts } from "./search/remember-texts.js";
import type { SearchRequest, SearchResponse } from "./search/request.js";
import { searchTerms } from "./search/search-terms.js";
import type { SearchIndex } from "./search-index.js";

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
 * Opens an index together with the model that made it, as its manifest says. A new version of the
 * index by the same model is picked up by the next call; calls that run finish with the old one.
 *
 * @throws UserError when the model isn't where it was, is another one now or encodes otherwise than
 * when the index was made, or the index is damaged
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
    assertSameModel(dir, manifest, encoder.fingerprint);
    const check = (kind: "texts" | "images") => assertSameNumbers(dir, manifest, { encoder, kind });
    await check(manifest.canaries?.texts ? "texts" : "images");
    const open = () => openIndex(dir, { fingerprint: encoder.fingerprint });
    const followed = followIndex(dir, await open(), open);
    const encodePicture = async (image: Uint8Array) => {
      await check("images"); // not before: its program takes a second to compile
      return encoder.encodeImages(await preprocessImage(image, model.preprocessing), 1);
    };
    const encodeTexts = rememberTexts(encoder.encodeTexts);
    const measured = new WeakMap<SearchIndex, Promise<Background>>();
    const backgroundIn = (index: SearchIndex) => {
      const known = measured.get(index) ?? backgroundOf(dir, index, encoder);
      measured.set(index, known);
      return known;
    };
    const search = (request: SearchRequest) =>
      followed.use((index) => {
        const background = () => backgroundIn(index);
        return searchTerms({ index, encodeTexts, encodePicture, background }, request);
      });
    return {
      ...searches(search),
      fields: () => followed.index.fields(),
      item: (id) => followed.use((index) => index.item(id)),
      items: (range) => followed.use((index) => index.items(range)),
      thumbnail: (id) => followed.use((index) => index.thumbnail(id)),
      get manifest() {
        return followed.index.manifest;
      },
      get count() {
        return followed.index.manifest.count;
      },
      get index() {
        return followed.index;
      },
      ...{ engine, encodeTexts },
      map: (options) =>
        followed.use((index) => mapOf(dir, { index, encodeTexts: encoder.encodeTexts }, options)),
      async close() {
        await followed.close();
        await closeModel();
      },
    };
  } catch (error) {
    await closeModel();
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
