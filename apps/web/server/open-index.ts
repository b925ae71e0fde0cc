import type { Found, Item, Searcher } from "@/lib/contract";
import { spreadOrder } from "@/lib/spread-order";
import { readEnvironment } from "../environment.mjs";

type OpenSearcher = typeof import("@cliptune/index").openSearcher;
type PackageSearcher = Awaited<ReturnType<OpenSearcher>>;
type Answer = Awaited<ReturnType<PackageSearcher["searchText"]>>;

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
  return adapt(await openSearcher(dir, options));
}

function adapt({ index, manifest, searchText, similar, close }: PackageSearcher): Searcher {
  const { count, version } = manifest;
  const order = spreadOrder(count);
  return {
    count,
    version,
    searchText: async (text, k) => toFound(await searchText(text, k)),
    similar: async (id, k) => toFound(await similar(id, k)),
    async items({ offset, limit }) {
      const wanted = Math.max(0, Math.min(limit, count - offset));
      const neighbors = Array.from({ length: wanted }, (_, i) => ({
        label: order(offset + i),
        score: 0,
      }));
      return index.read(neighbors).map(toItem);
    },
    item: async (id) => {
      const item = await index.item(id);
      return item && toItem(item);
    },
    thumbnail: (id) => index.thumbnail(id),
    close,
  };
}

// Only what the page shows: the rest (a picture's path on this machine) stays on the server.
function toItem({ id, title, fields }: Item): Item {
  return { id, title, fields };
}

function toFound({ hits, timings }: Answer): Found {
  const { encodeMs: encode, searchMs: search, readMs: read } = timings;
  return {
    hits: hits.map((hit) => ({ ...toItem(hit), score: hit.score })),
    timings: { encode, search, read },
  };
}
