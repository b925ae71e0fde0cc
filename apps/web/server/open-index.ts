import type { Found, Item, Searcher, SearchOptions, Timings } from "@/lib/contract";
import { spreadOrder } from "@/lib/spread-order";
import { readEnvironment } from "../environment.mjs";
import { strengthsOf } from "./strengths";

type Package = typeof import("@cliptune/index");
type OpenSearcher = Package["openSearcher"];
type PackageSearcher = Awaited<ReturnType<OpenSearcher>>;

/**
 * Opens the index directory with the model that made it.
 *
 * The import is left to Node at run time: a bundler would have to link the native addons behind
 * `@cliptune/index` by absolute paths, and the built app could not be packed and moved.
 */
export async function openIndex(dir: string): Promise<Searcher> {
  const { openSearcher }: { openSearcher: OpenSearcher } = await import(
    /* turbopackIgnore: true */ "@cliptune/index"
  );
  const { model } = readEnvironment();
  const options = model === undefined ? {} : { modelOverride: { path: model } };
  return adapt(dir, await openSearcher(dir, options));
}

function adapt(dir: string, opened: PackageSearcher): Searcher {
  // Asked for anew each time: an opened index becomes the next version when it was updated.
  const { engine } = opened;
  const { version } = opened.manifest;
  const { strengths, compare, close } = strengthsOf({ dir, version, engine });
  return {
    get count() {
      return opened.count;
    },
    get version() {
      return opened.manifest.version;
    },
    fields: () => opened.fields(),
    async search({ query, ...options }) {
      if (query.length > 0) return toFound(await opened.search({ query, ...options }));
      const { hits, timings, ...found } = await browse(opened, options);
      const shown = { hits: hits.map(toItem), timings: inMilliseconds(timings) };
      return { ...found, ...shown, confidence: 1, goodMatch: true };
    },
    async items({ offset, limit }) {
      const { count } = opened;
      const order = spreadOrder(count);
      const wanted = Math.max(0, Math.min(limit, count - offset));
      const places = Array.from({ length: wanted }, (_, i) => order(offset + i));
      // By place, not by label: removed items leave labels empty.
      const pages = places.map((place) => opened.items({ offset: place, limit: 1 }));
      return (await Promise.all(pages)).flat().map(toItem);
    },
    item: async (id) => {
      const item = await opened.item(id);
      return item && toItem(item);
    },
    thumbnail: (id) => opened.thumbnail(id),
    map: (options) => opened.map(options),
    itemsAt: async (labels) => (await opened.index.itemsAt(labels)).map(toItem),
    async place(map, text) {
      const { placeVector }: Package = await import(/* turbopackIgnore: true */ "@cliptune/index");
      return placeVector(map, opened.index, await opened.encodeTexts([text]));
    },
    ...{ strengths, compare },
    async close() {
      await close();
      await opened.close();
    },
  };
}

/** All that passes a filter, ordered around the first item of the index for want of a query. */
async function browse({ index }: PackageSearcher, options: SearchOptions) {
  const [first] = await index.items({ offset: 0, limit: 1 });
  const vector = first && (await index.vector(first.id));
  if (!vector) throw new Error("An index without items cannot be browsed.");
  const answer = await index.query({ vector, asked: "browse" }, options);
  const hits = answer.hits.map((hit) => ({ ...hit, confidence: 1 }));
  return { ...answer, hits, confidence: 1, goodMatch: true };
}

// Only what the page shows: the rest (a picture's path on this machine) stays on the server.
function toItem({ id, title, fields }: Item): Item {
  return { id, title, fields };
}

type Answer = Awaited<ReturnType<PackageSearcher["search"]>>;

function toFound({ hits, timings, ...answer }: Answer): Found {
  return {
    ...answer,
    hits: hits.map(({ id, title, fields, score, confidence, duplicates }) => ({
      ...{ id, title, fields, score, confidence },
      ...(duplicates === undefined || duplicates.length === 0 ? {} : { duplicates }),
    })),
    timings: inMilliseconds(timings),
  };
}

function inMilliseconds(timings: Partial<Answer["timings"]>): Timings {
  return Object.fromEntries(
    Object.entries(timings).map(([name, time]) => [name.replace(/Ms$/, ""), time]),
  );
}
