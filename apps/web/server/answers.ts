import type {
  Asked,
  AskedTerm,
  Aspect,
  FieldsReply,
  ItemsReply,
  Searcher,
  SearchOptions,
  SearchReply,
  SimilarReply,
} from "@/lib/contract";
import { toCards } from "./cards";
import { decodePicture } from "./decode-picture";
import { Failure } from "./failure";
import { findPicture } from "./pictures";
import { withSearcher } from "./searcher";

export function answerSearch(asked: Asked): Promise<SearchReply> {
  return withSearcher(async ({ searcher }) => {
    const query = await Promise.all(asked.query.map((term) => toQueryTerm(searcher, term)));
    const { query: _, ...options } = asked;
    const given = Object.fromEntries(
      Object.entries(options).filter(([, value]) => value !== undefined),
    ) as SearchOptions;
    const { hits, ...answer } = await searcher.search({ query, ...given }).catch(blameCaller);
    const words = asked.query.flatMap((term) =>
      "text" in term && (term.weight ?? 1) > 0 ? term.text : [],
    );
    return { query: words.join(" "), hits: toCards(hits, searcher.version), ...answer };
  });
}

/** The index takes bytes and ids; a picture that was sent before has a name. */
async function toQueryTerm(searcher: Searcher, { weight = 1, ...term }: AskedTerm) {
  if ("picture" in term) return { image: findPicture(term.picture).png, weight };
  if ("image" in term) return { image: (await decodePicture(term.image)).png, weight };
  if ("id" in term && !(await searcher.item(term.id))) throw noItem(term.id);
  return { ...term, weight };
}

/** What the index itself objects to in a request is the caller's to mend. */
function blameCaller(error: unknown): never {
  if (error instanceof Error && error.name === "UserError") throw new Failure(400, error.message);
  throw error;
}

export function answerSimilar(id: string, k: number): Promise<SimilarReply> {
  return withSearcher(async ({ searcher }) => {
    if (!(await searcher.item(id))) throw noItem(id);
    const { hits, timings } = await searcher.search({ query: [{ id }], k });
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
export function describeIndex(): Promise<FieldsReply & { aspect: Aspect; count: number }> {
  return withSearcher(async ({ searcher, aspect }) => {
    return { aspect, count: searcher.count, fields: await searcher.fields() };
  });
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
