import type { Hit } from "../hit.js";
import type { Filter } from "./filter.js";

/** One part of a query. A negative weight turns away from it; 1 unless given. */
export type QueryTerm = QueryContent & { readonly weight?: number };

export type QueryContent =
  | { readonly text: string }
  /** The bytes of a picture file. */
  | { readonly image: Uint8Array }
  /** An item of the index, which is then left out of the answer. */
  | { readonly id: string };

/** How to choose and order what a query finds. All of it can be sent as JSON. */
export interface SearchOptions {
  /** Hits of a page, 10 unless given. */
  readonly k?: number;
  /** The `cursor` of the page before. */
  readonly cursor?: string;
  /** Conditions that every hit fulfils. */
  readonly filter?: Filter;
  /** Share of full-text search over the titles in the order, 0 to 1; `true` is 0.5. */
  readonly hybrid?: boolean | number;
  /** Folds pictures whose cosine is at least this into the best of them; `true` is 0.97. */
  readonly group?: boolean | number;
  /** Maximal marginal relevance: 0 orders by relevance alone, 1 by being unlike those before. */
  readonly diversity?: number;
}

export interface SearchRequest extends SearchOptions {
  readonly query: readonly QueryTerm[];
}

export interface RankedHit extends Hit {
  /** Probability that the query is about something of this index and that this is it, 0 to 1. */
  readonly confidence?: number;
  /** Ids of near-duplicates folded into this hit, with `group`. */
  readonly duplicates?: readonly string[];
}

export type SearchHit = RankedHit & { readonly confidence: number };

export interface SearchTimings {
  /** Milliseconds from texts to tokens; 0 for texts that are remembered. */
  readonly tokeniseMs: number;
  /** Milliseconds in the model, decoding a picture included. */
  readonly encodeMs: number;
  /** Milliseconds among filters, vectors and full text. */
  readonly searchMs: number;
  /** Milliseconds reading titles and fields. */
  readonly readMs: number;
}

export interface SearchResponse {
  readonly hits: readonly SearchHit[];
  /** Asks for the next page of this version of the index; none on the last page. */
  readonly cursor?: string;
  /** Items that the filter leaves; not known when near-duplicates are folded. */
  readonly total?: number;
  /** Of the best item that the filter leaves, whatever page is shown: 0 to 1. */
  readonly confidence: number;
  /** False says: nothing in this index fits the query. */
  readonly goodMatch: boolean;
  readonly timings: SearchTimings;
}
