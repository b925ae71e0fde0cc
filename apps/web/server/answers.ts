import type { Aspect, ItemsReply, SearchReply, SimilarReply } from "@/lib/contract";
import { toCards } from "./cards";
import { Failure } from "./failure";
import { withSearcher } from "./searcher";

export const defaultHits = 60;
export const mostHits = 200;

export function answerSearch(query: string, k: number): Promise<SearchReply> {
  return withSearcher(async ({ searcher }) => {
    const { hits, timings } = await searcher.searchText(query, k);
    return { query, hits: toCards(hits, searcher.version), timings };
  });
}

export function answerSimilar(id: string, k: number): Promise<SimilarReply> {
  return withSearcher(async ({ searcher }) => {
    if (!(await searcher.item(id))) throw noItem(id);
    const { hits, timings } = await searcher.similar(id, k);
    return { id, hits: toCards(hits, searcher.version), timings };
  });
}

export function answerItems(range: { offset: number; limit: number }): Promise<ItemsReply> {
  return withSearcher(async ({ searcher }) => {
    const items = await searcher.items(range);
    return { items: toCards(items, searcher.version), offset: range.offset, count: searcher.count };
  });
}

/** What the first page needs beside its answer: the shape of the grid's boxes and the index's size. */
export function describeIndex(): Promise<{ aspect: Aspect; count: number }> {
  return withSearcher(async ({ searcher, aspect }) => ({ aspect, count: searcher.count }));
}

/** @returns the bytes of a WebP picture */
export function readThumbnail(id: string): Promise<Uint8Array> {
  return withSearcher(async ({ searcher }) => {
    const picture = await searcher.thumbnail(id);
    if (!picture) throw noItem(id);
    return picture;
  });
}

function noItem(id: string): Failure {
  return new Failure(404, `No item has the id ${JSON.stringify(id.slice(0, 80))} in this index.`);
}
