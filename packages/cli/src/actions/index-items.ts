import type { DataSet, Fields } from "@cliptune/datasets";
import { UserError } from "@cliptune/engine";
import type { IndexItem } from "@cliptune/index";
import type { DataChoice } from "./open-data.js";

/** Pairs as an index takes them; pictures inside shards are read when it is their turn. */
export async function* itemsOf(set: DataSet): AsyncGenerator<IndexItem> {
  for await (const { id, image, title, fields } of set.pairs()) {
    const own = ownFields(fields);
    const bytes = "path" in image ? image.path : await image.bytes();
    yield { id, image: bytes, title, ...(Object.keys(own).length > 0 && { fields: own }) };
  }
}

/** What an index keeps: not what is empty, nor what pictures are dealt into splits by. */
function ownFields(fields: Fields): NonNullable<IndexItem["fields"]> {
  return Object.fromEntries(
    Object.entries(fields).filter(
      (entry): entry is [string, string | number | boolean] =>
        entry[1] !== null && entry[0] !== "family",
    ),
  );
}

/**
 * How many pairs there are, where counting costs no more than reading names: not of shards and parquet.
 *
 * @throws UserError when there are none
 */
export async function countPairs(set: DataSet, { split }: DataChoice): Promise<number | undefined> {
  if (set.kind === "webdataset" || set.kind === "parquet") return undefined;
  let count = 0;
  for await (const _ of set.pairs()) count++;
  if (count > 0) return count;
  throw new UserError(
    `The data folder ${set.path} has no ${split === undefined ? "pictures" : `pairs with split "${split}"`}; look into it with cliptune data inspect.`,
  );
}
