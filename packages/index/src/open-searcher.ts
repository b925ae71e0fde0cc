import {
  createEncoder,
  type Encoder,
  loadAdapter,
  loadModel,
  preprocessImage,
} from "@cliptune/clip";
import { createEngine, type Engine, type EngineName, UserError } from "@cliptune/engine";
import { type Manifest, readManifest } from "./manifest.js";
import { locateModel, type ModelOverride } from "./model-reference.js";
import { openIndex } from "./open-index.js";
import type { Hit, SearchIndex } from "./search-index.js";

export type SearchTimings = {
  /** Milliseconds in the model, decoding a picture included. */
  readonly encodeMs: number;
  /** Milliseconds among the vectors. */
  readonly searchMs: number;
  /** Milliseconds reading titles and fields. */
  readonly readMs: number;
};

export interface SearchAnswer {
  readonly hits: Hit[];
  readonly timings: SearchTimings;
}

/** An open index and the model that made it: everything that a search page asks. */
export interface Searcher extends Pick<SearchIndex, "item" | "items" | "thumbnail"> {
  readonly manifest: Manifest;
  /** Items in the index. */
  readonly count: number;
  readonly index: SearchIndex;
  readonly engine: Engine;
  searchText(query: string, k: number): Promise<SearchAnswer>;
  /** @param image the bytes of a picture file */
  searchImage(image: Uint8Array, k: number): Promise<SearchAnswer>;
  /** The items most like one of the index, without itself. */
  similar(id: string, k: number): Promise<SearchAnswer>;
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
    return {
      ...searches({ index, encoder, encodePicture }),
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

interface Parts {
  readonly index: SearchIndex;
  readonly encoder: Encoder;
  encodePicture(image: Uint8Array): Promise<Float32Array>;
}

function searches({ index, encoder, encodePicture }: Parts) {
  const answer = async (
    encode: () => Promise<Float32Array>,
    { k, without }: { k: number; without?: string },
  ): Promise<SearchAnswer> => {
    const start = performance.now();
    const vector = await encode();
    const encoded = performance.now();
    const neighbors = index.nearest(vector, without === undefined ? k : k + 1);
    const searched = performance.now();
    const hits = index.read(neighbors).filter(({ id }) => id !== without);
    const read = performance.now();
    const timings = {
      encodeMs: encoded - start,
      searchMs: searched - encoded,
      readMs: read - searched,
    };
    return { hits: hits.slice(0, k), timings };
  };
  return {
    async searchText(query: string, k: number) {
      if (query.trim() === "") throw new UserError("The query is empty; say what to look for.");
      return answer(() => encoder.encodeTexts([query]), { k });
    },
    searchImage: (image: Uint8Array, k: number) => answer(() => encodePicture(image), { k }),
    async similar(id: string, k: number) {
      const vector = await index.vector(id);
      if (!vector) throw new UserError(`No item of this index has the id "${id}".`);
      return answer(async () => vector, { k, without: id });
    },
  };
}
