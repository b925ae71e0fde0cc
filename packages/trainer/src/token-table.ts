import type { Tokenizer } from "@cliptune/clip";

/** Token ids of every caption, made once. */
export interface TokenTable {
  /** Rows for these captions, as short as the longest of them, and of `beside`, and the buckets allow. */
  rows(captions: readonly string[], beside?: readonly string[]): TokenRows;
  /** A number for each distinct caption. */
  indexOf(caption: string): number;
}

export interface TokenRows {
  /** `[n, length]` */
  readonly ids: Int32Array;
  /** `[n]` column of the end-of-text token. */
  readonly ends: Int32Array;
  readonly length: number;
}

export function createTokenTable(tokenizer: Tokenizer, captions: Iterable<string>): TokenTable {
  const distinct = [...new Set(captions)];
  const index = new Map(distinct.map((caption, i) => [caption, i]));
  const all = tokenizer.encode(distinct);
  const indexOf = (caption: string): number => {
    const found = index.get(caption);
    if (found === undefined) throw new Error(`internal: the caption ${caption} was not tokenised`);
    return found;
  };
  const rows = (wanted: readonly string[], beside: readonly string[] = []): TokenRows => {
    const indices = wanted.map(indexOf);
    const measured = [...indices, ...beside.map(indexOf)];
    const longest = measured.reduce((most, i) => Math.max(most, all.ends[i]! + 1), 0);
    const length = tokenizer.buckets.find((bucket) => bucket >= longest) ?? all.length;
    const ids = new Int32Array(wanted.length * length);
    for (const [row, i] of indices.entries()) {
      ids.set(all.ids.subarray(i * all.length, i * all.length + length), row * length);
    }
    return { ids, ends: Int32Array.from(indices, (i) => all.ends[i]!), length };
  };
  return { rows, indexOf };
}
