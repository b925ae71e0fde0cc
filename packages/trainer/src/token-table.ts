import type { EncodedTexts, Tokenizer } from "@cliptune/clip";

/** Token ids: every caption's made once, other texts' when they are asked for. */
export interface TokenTable {
  /** Rows for these texts, as short as the longest of them, and of `beside`, and the buckets allow. */
  rows(texts: readonly string[], beside?: readonly string[]): TokenRows;
}

export interface TokenRows {
  /** `[n, length]` */
  readonly ids: Int32Array;
  /** `[n]` column of the end-of-text token. */
  readonly ends: Int32Array;
  readonly length: number;
}

/** @param most tokens of a row: longer texts are cut, their end kept */
export function createTokenTable(
  tokenizer: Tokenizer,
  captions: Iterable<string>,
  most = Number.POSITIVE_INFINITY,
): TokenTable {
  const distinct = [...new Set(captions)];
  const index = new Map(distinct.map((caption, i) => [caption, i]));
  const all = tokenizer.encode(distinct);
  const rowsOf = (texts: readonly string[]): Row[] => {
    const strange = tokenizer.encode(texts.filter((text) => !index.has(text)));
    let next = 0;
    return texts.map((text) => {
      const known = index.get(text);
      return known === undefined ? rowAt(strange, next++) : rowAt(all, known);
    });
  };
  return {
    rows(texts, beside = []) {
      const found = rowsOf(texts);
      const longest = [...found, ...rowsOf(beside)].reduce((n, { end }) => Math.max(n, end + 1), 0);
      const bucket = tokenizer.buckets.find((size) => size >= longest) ?? all.length;
      const length = Math.min(bucket, most);
      const ids = new Int32Array(texts.length * length);
      const ends = Int32Array.from(found, ({ end }) => Math.min(end, length - 1));
      for (const [i, row] of found.entries()) {
        const endOfText = row.ids[row.end]!;
        ids.fill(endOfText, i * length, (i + 1) * length);
        ids.set(row.ids.subarray(0, ends[i]!), i * length);
      }
      return { ids, ends, length };
    },
  };
}

/** A text's tokens, padded, and where they end. */
interface Row {
  readonly ids: Int32Array;
  readonly end: number;
}

const rowAt = ({ ids, ends, length }: EncodedTexts, i: number): Row => ({
  ids: ids.subarray(i * length, (i + 1) * length),
  end: ends[i]!,
});
