import type {
  Condition,
  FieldSummary,
  Filter,
  IndexMap,
  MapOptions,
  Placed,
  PlacedHit,
  SearchHit,
  SearchOptions,
  SearchRequest,
  StrengthRecall,
} from "@cliptune/index";

export type { Condition, FieldSummary, Filter, PlacedHit, SearchOptions };

/** What the server asks of an opened index; `@cliptune/index` provides it. */
export interface Searcher {
  readonly count: number;
  /** Changes whenever the index is built again. */
  readonly version: string;
  fields(): Promise<readonly FieldSummary[]>;
  /**
   * Without terms: all that passes the filter, in no meant order and without scores.
   *
   * @throws UserError when a part of the request cannot be used
   */
  search(request: SearchRequest): Promise<Found>;
  items(range: { readonly offset: number; readonly limit: number }): Promise<readonly Item[]>;
  item(id: string): Promise<Item | undefined>;
  /** The bytes of a WebP picture. */
  thumbnail(id: string): Promise<Uint8Array | undefined>;
  /** Where the pictures of this version lie in two dimensions; made when first asked for. */
  map(options: MapOptions): Promise<IndexMap>;
  /** @param labels of this version, as a map has them */
  itemsAt(labels: ArrayLike<number>): Promise<readonly Item[]>;
  place(map: IndexMap, text: string): Promise<Placed>;
  /** @throws UserError when no strengths were computed for this version of the index */
  strengths(): Promise<StrengthsFacts>;
  /** @throws UserError likewise, or when this strength was not */
  compare(text: string, options: CompareOptions): Promise<Comparison>;
  close(): Promise<void>;
}

/** A term as a caller gives it: pictures by the name that the server gave them, or as their bytes. */
export type AskedTerm = (
  | { readonly text: string }
  | { readonly id: string }
  | { readonly picture: string }
  | { readonly image: Uint8Array }
) & { readonly weight?: number };

export interface Asked {
  readonly query: readonly AskedTerm[];
  readonly k: number;
  readonly cursor: string | undefined;
  readonly filter: Filter | undefined;
  readonly hybrid: boolean | number | undefined;
  readonly group: boolean | number | undefined;
  readonly diversity: boolean | number | undefined;
}

export type Item = Pick<SearchHit, "id" | "title" | "fields">;

/** `score` is the cosine of the query's and the picture's embeddings; absent where nothing was asked. */
export type Hit = Item & Partial<Pick<SearchHit, "score" | "confidence" | "duplicates">>;

/** Milliseconds a stage. */
export type Timings = Readonly<Record<string, number>>;

export interface Found {
  readonly hits: readonly Hit[];
  readonly cursor?: string;
  /** Items that the filter leaves; not known when near-duplicates are folded. */
  readonly total?: number;
  /** Of the best hit, 0 to 1. */
  readonly confidence: number;
  readonly goodMatch: boolean;
  readonly timings: Timings;
}

/** An item as the page shows it. */
export interface Card extends Hit {
  /** A path on this server. */
  readonly thumbnail: string;
}

export interface SearchReply extends Omit<Found, "hits"> {
  /** The words that were asked for, without those that were asked away from. */
  readonly query: string;
  readonly hits: readonly Card[];
}

export interface SimilarReply {
  readonly id: string;
  readonly hits: readonly Card[];
  readonly timings: Timings;
}

export interface ItemsReply {
  readonly items: readonly Card[];
  readonly offset: number;
  /** Items in the index. */
  readonly count: number;
}

export interface FieldsReply {
  readonly fields: readonly FieldSummary[];
}

/** A picture that was sent: `picture` names it in later searches. */
export interface PictureReply {
  readonly picture: string;
  readonly width: number;
  readonly height: number;
  readonly thumbnail: string;
}

/** The nearest of a few shapes, so that the grid needs no style attribute. */
export type Aspect = "portrait" | "square" | "landscape" | "wide";

/** Strengths of an adapter that were computed, and what each finds. */
export interface StrengthsFacts {
  /** Ascending, 0 (the untuned base) first. */
  readonly strengths: readonly number[];
  readonly recall: readonly StrengthRecall[];
}

export interface CompareOptions {
  readonly strength: number;
  readonly k: number;
}

export interface Comparison {
  readonly base: readonly PlacedHit[];
  readonly tuned: readonly PlacedHit[];
  readonly timings: Timings;
}

/** A hit, and its place in the other list, 1 for the best. */
export interface PlacedCard extends Card {
  readonly score: number;
  readonly otherRank: number;
}

export interface CompareReply {
  readonly query: string;
  readonly strength: number;
  readonly base: readonly PlacedCard[];
  readonly tuned: readonly PlacedCard[];
  readonly timings: Timings;
}
