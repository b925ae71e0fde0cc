/** What a row says besides picture, captions and split: category, channel, views, url, … */
export type Fields = Readonly<Record<string, string | number | boolean | null>>;

/** A file, or the bytes of one that lies inside another file: read when asked for, each time anew. */
export type PairImage = { readonly path: string } | { readonly bytes: () => Promise<Uint8Array> };

/** A picture and what may be said of it. */
export interface Pair {
  /** Its name in the set: the path inside the folder, or shard and key, or file and row. */
  readonly id: string;
  readonly image: PairImage;
  /** What people call it; equal titles are right answers for one another. */
  readonly title: string;
  /** At least one; training draws one a step. */
  readonly captions: readonly string[];
  readonly fields: Fields;
  /** "train", "test", … where the set says. */
  readonly split?: string;
  /** Its class, where the set has classes. */
  readonly label?: string;
}

/** The forms of data sets that are read. */
export const dataSetKinds = [
  "imagefolder",
  "pictures",
  "classes",
  "csv",
  "jsonl",
  "webdataset",
  "parquet",
  "yt-dlp",
  "aircraft",
  "flowers",
] as const;

export type DataSetKind = (typeof dataSetKinds)[number];

/** Names of columns, for tables whose own are none of the usual ones. */
export interface Columns {
  /** The picture's path, or the picture itself. */
  readonly image?: string;
  readonly caption?: string;
}

export interface OpenOptions {
  /** Says which reader to use where the content would allow several. */
  readonly kind?: DataSetKind;
  readonly columns?: Columns;
  /** Only the pairs of this split. */
  readonly split?: string;
  /** Told of every sample that is left out because it lacks its picture or its caption. */
  onSkip?(message: string): void;
}

export interface DataSet {
  readonly kind: DataSetKind;
  /** Absolute. */
  readonly path: string;
  /** Absolute paths of the tables, shards or parquet files; none for folders of pictures. */
  readonly files: readonly string[];
  /** Reads the set from its beginning, in its own order, in constant memory. @throws UserError for a bad row */
  pairs(): AsyncIterable<Pair>;
}
