import { innerProduct } from "../exact-search.js";
import { toHit } from "../hit.js";
import type { OpenParts } from "../open-parts.js";
import type { Neighbor } from "../vector-index.js";
import { type Judge, type JudgedTerm, standOut } from "./background.js";
import { type ChosenOptions, checkOptions } from "./check-options.js";
import { decodeCursor, digest, encodeCursor } from "./cursor.js";
import { diversify } from "./diversify.js";
import { fuse, fusedDepth } from "./fuse.js";
import { foldDuplicates } from "./near-duplicates.js";
import { rankVectors } from "./rank-vectors.js";
import { type Ranked, without } from "./ranked.js";
import type { RankedHit, SearchOptions, SearchResponse } from "./request.js";

/** A query as an index understands it. */
export interface VectorQuery {
  /** `[D]` unit norm */
  readonly vector: Float32Array;
  /** For full text, with `hybrid`. */
  readonly words?: string;
  /** Ids that are left out of the answer. */
  readonly without?: readonly string[];
  /** What was asked, as JSON: a cursor goes on with the same only. The vector, unless given. */
  readonly asked?: unknown;
  /** What the vector is the sum of: confidences follow from it, once the index is prepared for them. */
  readonly terms?: readonly JudgedTerm[];
}

/** A query with who says how probable a match is; without one there are no confidences. */
export interface JudgedQuery extends Omit<VectorQuery, "terms"> {
  readonly judge?: Judge;
}

export interface QueryAnswer extends Pick<SearchResponse, "cursor" | "total"> {
  readonly hits: readonly RankedHit[];
  readonly confidence?: number;
  readonly timings: Omit<SearchResponse["timings"], "tokeniseMs" | "encodeMs">;
}

/** At least so many are compared with one another when near-duplicates are folded. */
const foldedDepth = 200;

/** The closest so many are looked at for the one that stands out most. */
const judgedDepth = 10;

/**
 * Filter, order, fold, page and read.
 *
 * @throws UserError when an option is out of its range, a field unknown, or a cursor from elsewhere
 */
export async function runQuery(
  parts: OpenParts,
  query: JudgedQuery,
  options: SearchOptions,
): Promise<QueryAnswer> {
  const began = performance.now();
  const chosen = checkOptions(options);
  const { filter, hybrid, group, diversity, k, cursor } = chosen;
  const asked = digest([query.asked ?? [...query.vector], filter, hybrid, group, diversity]);
  const order = { version: parts.manifest.version, asked };
  const { first, offset } =
    cursor === undefined
      ? { first: Math.max(k, judgedDepth), offset: 0 }
      : decodeCursor(cursor, order);

  const { ranked, byVector, total, duplicatesOf } = await orderAll(parts, query, {
    ...chosen,
    first,
  });
  const page = (await ranked(offset + k + 1)).slice(offset, offset + k + 1);
  const shown = page.slice(0, k);
  const judged = await confidences(parts, query.judge, [
    ...shown,
    ...(await byVector(judgedDepth)).slice(0, judgedDepth),
  ]);
  const searched = performance.now();

  const idOf = (label: number) => parts.items.byLabel(label)!.item.id;
  const hits = shown.map((neighbor, i): RankedHit => {
    const hit = toHit(neighbor, parts.items.byLabel(neighbor.label));
    const duplicates = duplicatesOf?.(neighbor.label).map(idOf);
    return {
      ...hit,
      ...(judged && { confidence: judged[i]! }),
      ...(duplicates && { duplicates }),
    };
  });
  const more = page.length > k && { cursor: encodeCursor({ first, offset: offset + k }, order) };
  return {
    hits,
    ...more,
    ...(duplicatesOf ? {} : { total }),
    ...(judged && { confidence: Math.max(0, ...judged.slice(shown.length)) }),
    timings: { searchMs: searched - began, readMs: performance.now() - searched },
  };
}

async function confidences(
  { index }: OpenParts,
  judge: Judge | undefined,
  found: readonly Neighbor[],
): Promise<number[] | undefined> {
  if (!judge) return undefined;
  const standing = await standOut(index, found, judge.others);
  return standing.map((z) => judge.probability(z));
}

interface Ordered {
  readonly ranked: Ranked;
  /** Of the same items, by closeness alone. */
  readonly byVector: Ranked;
  /** Items that the filter leaves. */
  readonly total: number;
  /** With `group`. */
  readonly duplicatesOf?: (leader: number) => readonly number[];
}

async function orderAll(
  { items, index, manifest }: OpenParts,
  { vector, words, without: ids = [] }: JudgedQuery,
  { first, filter, hybrid, group, diversity }: ChosenOptions & { readonly first: number },
): Promise<Ordered> {
  const { count } = manifest;
  const labels = filter.length > 0 ? items.matching(filter) : undefined;
  const left = new Set(ids.flatMap((id) => items.byId(id)?.label ?? []));
  const pool = Math.max(foldedDepth, 2 * first);
  // One beyond the first page, which tells whether there is another, without a deeper search.
  const head = left.size + (group === undefined ? first + 1 : pool);
  const byVector = without(rankVectors(index, vector, { first: head, labels }), left);
  let ranked = byVector;
  if (hybrid > 0 && words !== undefined) {
    const titled = items
      .titled(words, { limit: fusedDepth, labels })
      .filter((label) => !left.has(label));
    const texts = await scored(index, vector, titled);
    ranked = fuse(ranked, texts, { share: hybrid });
  }
  const grouped =
    group === undefined ? undefined : foldDuplicates(ranked, index, { threshold: group, pool });
  if (grouped) ranked = grouped.leaders;
  if (diversity > 0) ranked = diversify(ranked, index, diversity);
  const among = labels && new Set(labels);
  const gone = [...left].filter((label) => among?.has(label) ?? true).length;
  return {
    ranked,
    byVector,
    total: (labels?.length ?? count) - gone,
    ...(grouped && { duplicatesOf: grouped.duplicatesOf }),
  };
}

async function scored(
  index: OpenParts["index"],
  query: Float32Array,
  labels: readonly number[],
): Promise<Neighbor[]> {
  const vectors = await index.vectors(labels);
  return labels.map((label, i) => ({
    label,
    score: innerProduct(vectors, i * query.length, query),
  }));
}
