import { setImmediate as nextTurn } from "node:timers/promises";
import { evenly } from "../evenly.js";
import type { EncodeTexts } from "../search/remember-texts.js";
import type { SearchIndex } from "../search-index.js";
import { makeAtlas } from "./atlas.js";
import { layOutInThread } from "./layout-thread.js";
import { type IndexMap, readMap, writeMap } from "./map-file.js";

/** Of a larger index, so many pictures are on the map, evenly spread over all. */
export const mostPictures = 10_000;
/** Of those, so many have their title on it too: enough to see where titles lie. */
const mostTitles = 2000;
/** Texts encoded between turns of the event loop. */
const batch = 8;

export interface MapParts {
  readonly index: SearchIndex;
  /** `[n, D]`, one row a text. */
  readonly encodeTexts: EncodeTexts;
}

export interface MapOptions {
  readonly signal?: AbortSignal;
  /** @param share 0 to 1 of all the work */
  onProgress?(share: number): void;
}

/** Titles cost about as much as this share of the work. */
const titlesShare = 0.2;

/**
 * The map of an index: read from its directory, or made and written there. Writing only saves time:
 * where the directory cannot be written, the map serves as it is.
 *
 * @throws the signal's reason when aborted
 */
export async function mapOf(
  dir: string,
  parts: MapParts,
  options: MapOptions = {},
): Promise<IndexMap> {
  const { manifest } = parts.index;
  const known = await readMap(dir, manifest);
  if (known) return known;
  const map = await makeMap(parts, options);
  await writeMap(dir, map).catch(() => undefined);
  return map;
}

async function makeMap({ index, encodeTexts }: MapParts, options: MapOptions): Promise<IndexMap> {
  const { signal, onProgress } = options;
  const labels = await index.labels(mostPictures);
  const items = await index.itemsAt(labels);
  const named = [...items.keys()].filter((i) => items[i]!.title.trim() !== "");
  const titleOf = Uint32Array.from(evenly(named, mostTitles));
  const { dimension } = index.manifest;
  const titles = new Float32Array(titleOf.length * dimension);
  for (let start = 0; start < titleOf.length; start += batch) {
    signal?.throwIfAborted();
    const texts = Array.from(titleOf.subarray(start, start + batch), (i) => items[i]!.title);
    titles.set(await encodeTexts(texts), start * dimension);
    onProgress?.((titlesShare * (start + texts.length)) / titleOf.length);
    await nextTurn();
  }
  const pictures = await index.vectors(labels);
  const [layout, { webp, columns }] = await Promise.all([
    layOutInThread(
      { dimension, pictures, titles },
      { signal, onProgress: (share) => onProgress?.(titlesShare + (1 - titlesShare) * share) },
    ),
    makeAtlas(labels.length, (i) => index.thumbnail(items[i]!.id), { signal }),
  ]);
  onProgress?.(1);
  const { version } = index.manifest;
  return { ...layout, version, labels, titleOf, atlas: webp, columns };
}
