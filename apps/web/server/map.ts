import type { Searcher } from "@/lib/contract";
import type { MapField, MapReply, PlaceReply, ReadyMap } from "@/lib/map";
import { Failure } from "./failure";
import { withSearcher } from "./searcher";

type IndexMap = Awaited<ReturnType<Searcher["map"]>>;

/** The map of one version of the index, made or being made. */
interface Held {
  readonly version: string;
  share: number;
  ready?: { readonly map: IndexMap; readonly reply: ReadyMap };
  /** Ends when it is made, or fails. */
  readonly made: Promise<void>;
}

const server = globalThis as typeof globalThis & {
  cliptuneMap?: Held;
  cliptuneStopping?: AbortController;
};
const mostFields = 12;
/** So long a request waits for a map that only has to be read. */
const patienceMs = 500;

/** The map, or how far it is: the first request begins it. */
export async function answerMap(): Promise<MapReply> {
  const held = await currentMap();
  if (!held.ready) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise((done) => {
      timer = setTimeout(done, patienceMs);
    });
    await Promise.race([held.made, patience]).finally(() => clearTimeout(timer));
  }
  return held.ready?.reply ?? { status: "making", share: held.share };
}

/** @returns the bytes of a WebP picture */
export async function readAtlas(): Promise<Uint8Array> {
  return (await readyMap()).map.atlas;
}

export async function placeText(query: string): Promise<PlaceReply> {
  const { map } = await readyMap();
  return withSearcher(async ({ searcher }) => ({ query, ...(await searcher.place(map, query)) }));
}

async function readyMap() {
  const { ready } = await currentMap();
  if (ready) return ready;
  throw new Failure(503, "The map of this index is being made; ask /api/map how far it is.");
}

async function currentMap(): Promise<Held> {
  const version = await withSearcher(async ({ searcher }) => searcher.version);
  if (server.cliptuneMap?.version === version) return server.cliptuneMap;
  const held: Held = { version, share: 0, made: Promise.resolve().then(() => make(held)) };
  server.cliptuneMap = held;
  held.made.catch(() => {
    if (server.cliptuneMap === held) delete server.cliptuneMap; // asked again, it is tried again
  });
  return held;
}

function make(held: Held): Promise<void> {
  return withSearcher(async ({ searcher }) => {
    const signal = server.cliptuneStopping?.signal;
    const map = await searcher.map({
      ...(signal && { signal }),
      onProgress: (share) => {
        held.share = share;
      },
    });
    held.ready = { map, reply: await toReply(searcher, map) };
  });
}

async function toReply(searcher: Searcher, map: IndexMap): Promise<ReadyMap> {
  const items = await searcher.itemsAt(map.labels);
  const { version, columns, gap, axes } = map;
  const fields = (await searcher.fields())
    // A value of its own for nearly each picture colours nothing.
    .filter(
      ({ kind, distinct, count }) => distinct > 1 && (kind !== "string" || 2 * distinct < count),
    )
    .slice(0, mostFields)
    .map(
      ({ name, kind }): MapField => ({
        ...{ name, kind },
        values: items.map(({ fields }) => fields[name] ?? null),
      }),
    );
  return {
    ...{ status: "ready", version, count: searcher.count, columns, gap, fields },
    ids: items.map(({ id }) => id),
    titles: items.map(({ title }) => title),
    neighbours: Array.from(map.neighbours, round),
    plane: Array.from(map.plane, round),
    titlePlane: Array.from(map.titles, round),
    titleOf: Array.from(map.titleOf),
    shares: axes.shares.map(round),
    atlas: `/api/map/atlas?v=${version}`,
  };
}

const round = (value: number) => Math.round(10_000 * value) / 10_000;
