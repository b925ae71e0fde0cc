/** What the server asks of an opened index; `@cliptune/index` provides it. */
export interface Searcher {
  readonly count: number;
  /** Changes whenever the index is built again. */
  readonly version: string;
  searchText(text: string, k: number): Promise<Found>;
  similar(id: string, k: number): Promise<Found>;
  items(range: { readonly offset: number; readonly limit: number }): Promise<readonly Item[]>;
  item(id: string): Promise<Item | undefined>;
  /** The bytes of a WebP picture. */
  thumbnail(id: string): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

export type Fields = Readonly<Record<string, string | number>>;

export interface Item {
  readonly id: string;
  readonly title: string;
  readonly fields: Fields;
}

export interface Hit extends Item {
  /** Cosine of the query's and the picture's embeddings. */
  readonly score: number;
}

/** Milliseconds a stage. */
export type Timings = Readonly<Record<string, number>>;

export interface Found {
  readonly hits: readonly Hit[];
  readonly timings: Timings;
}

/** An item as the page shows it; `score` is absent where nothing was asked. */
export interface Card extends Item {
  readonly score?: number;
  /** A path on this server. */
  readonly thumbnail: string;
}

export interface SearchReply {
  readonly query: string;
  readonly hits: readonly Card[];
  readonly timings: Timings;
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

/** The nearest of a few shapes, so that the grid needs no style attribute. */
export type Aspect = "portrait" | "square" | "landscape" | "wide";
