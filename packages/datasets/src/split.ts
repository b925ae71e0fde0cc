import { createHash } from "node:crypto";
import { UserError } from "@cliptune/engine";
import { createGroups } from "./inspect/groups.js";
import { lookAll, type Seen } from "./inspect/look.js";
import { nearDuplicates } from "./inspect/near-duplicates.js";
import type { DataSet, Fields, Pair } from "./pair.js";

export interface SplitOptions {
  /** The field whose values stay together: "channel"; without it, look-alikes and equal titles still do. */
  readonly by?: string;
  /** Shares of the pictures, such as `{ test: 0.1, validation: 0.1 }`; the rest is "train". */
  readonly shares: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly signal?: AbortSignal;
  onProgress?(done: number): void;
}

export interface SplitPair {
  readonly pair: Pair;
  readonly split: string;
  /** Pairs of one group are all in one split. */
  readonly group: string;
}

export interface SplitResult {
  readonly pairs: readonly SplitPair[];
  readonly groups: number;
  /** Pictures left out because they cannot be read. */
  readonly broken: readonly { readonly id: string; readonly reason: string }[];
}

/**
 * Deals a set into splits without leaks: pictures that look the same, pictures of the same title, and those that share
 * the field `by` are one group, and a group is dealt whole. The same seed and pictures give the same splits.
 *
 * @throws UserError for shares that leave nothing to train on, a field that no pair has, or one group that holds all
 */
export async function splitDataSet(set: DataSet, options: SplitOptions): Promise<SplitResult> {
  checkShares(options.shares);
  const seen: Seen[] = [];
  const broken: { id: string; reason: string }[] = [];
  let done = 0;
  for await (const each of lookAll(set.pairs())) {
    options.signal?.throwIfAborted();
    if ("reason" in each) broken.push({ id: each.pair.id, reason: each.reason });
    else seen.push(each);
    done++;
    options.onProgress?.(done);
  }
  if (options.by !== undefined) checkField(seen, options.by);
  const firsts = groupAll(seen, options.by);
  const names = seen.map((_, i) => seen[firsts[i]!]!.pair.id);
  const splits = deal(sizesOf(names), seen.length, options);
  const pairs = seen.map(({ pair }, i) => ({
    pair,
    group: names[i]!,
    split: splits.get(names[i]!)!,
  }));
  return { pairs, groups: splits.size, broken };
}

function checkShares(shares: Readonly<Record<string, number>>): void {
  const sum = Object.values(shares).reduce((a, b) => a + b, 0);
  const wrong = Object.entries(shares).find(([, share]) => !(share >= 0 && share < 1));
  if (wrong)
    throw new UserError(
      `The share of ${wrong[0]} is ${wrong[1]}; it must be at least 0 and less than 1.`,
    );
  if (sum <= 0 || sum >= 1) {
    throw new UserError(
      `The shares add up to ${sum}; they must leave something to train on, and to hold out.`,
    );
  }
}

function checkField(seen: readonly Seen[], by: string): void {
  if (seen.some(({ pair }) => groupKey(pair, by) !== undefined)) return;
  const fields = [...new Set(seen.flatMap(({ pair }) => Object.keys(pair.fields)))].slice(0, 20);
  throw new UserError(
    `No pair has the field "${by}"; the fields are: ${fields.join(", ") || "none"}.`,
  );
}

const groupKey = (pair: Pair, by: string): Fields[string] | undefined =>
  by === "label" ? pair.label : (pair.fields[by] ?? undefined);

function groupAll(seen: readonly Seen[], by: string | undefined): Int32Array {
  const groups = createGroups(seen.length);
  const duplicates = nearDuplicates(seen.map(({ fingerprint }) => fingerprint));
  for (const [i, first] of duplicates.entries()) groups.join(i, first);
  const joinBy = (keyOf: (pair: Pair) => unknown) => {
    const firsts = new Map<unknown, number>();
    for (const [i, { pair }] of seen.entries()) {
      const key = keyOf(pair);
      if (key === undefined) continue;
      const first = firsts.get(key);
      if (first === undefined) firsts.set(key, i);
      else groups.join(i, first);
    }
  };
  joinBy(({ title }) => title.toLowerCase());
  if (by !== undefined) joinBy((pair) => groupKey(pair, by));
  return groups.firsts();
}

function sizesOf(names: readonly string[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const name of names) sizes.set(name, (sizes.get(name) ?? 0) + 1);
  return sizes;
}

/** Groups in an order that only the seed and their names decide fill one share after the other; what fits none trains. */
function deal(
  sizes: ReadonlyMap<string, number>,
  total: number,
  { shares, seed }: SplitOptions,
): Map<string, string> {
  const hash = (name: string) =>
    createHash("sha256")
      .update(JSON.stringify([seed, name]))
      .digest("hex");
  const order = [...sizes.keys()].map((name) => [hash(name), name] as const).sort();
  const room = new Map(
    Object.entries(shares).map(([split, share]) => [split, Math.round(share * total)]),
  );
  const splits = new Map<string, string>();
  for (const [, name] of order) {
    const size = sizes.get(name)!;
    const split = [...room.keys()].find((each) => room.get(each)! >= size);
    if (split !== undefined) room.set(split, room.get(split)! - size);
    splits.set(name, split ?? "train");
  }
  checkDealt(splits, shares, sizes);
  return splits;
}

function checkDealt(
  splits: ReadonlyMap<string, string>,
  shares: Readonly<Record<string, number>>,
  sizes: ReadonlyMap<string, number>,
): void {
  const dealt = new Set(splits.values());
  const empty = [...Object.keys(shares).filter((split) => shares[split]! > 0), "train"].find(
    (split) => !dealt.has(split),
  );
  if (empty === undefined) return;
  const largest = [...sizes.values()].reduce((most, size) => Math.max(most, size), 0);
  throw new UserError(
    `Nothing is left for ${empty}: pictures that look alike, have one title or one value of --by are never divided, which leaves ${sizes.size === 1 ? "a single group" : `${sizes.size} groups`}, the largest of ${largest} pictures; choose other shares or another field.`,
  );
}
