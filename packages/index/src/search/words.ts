/** The same for what differs in case, width, or composed and decomposed letters. */
export function foldText(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

/** Scripts written without spaces between words, and Korean, whose particles cling to the word. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー々〆]+/gu;

/**
 * A text as full-text search keeps it: runs of unspaced scripts become their overlapping pairs of
 * characters, so that a word of two is found within a longer run; other words are left to SQLite.
 *
 * @see Lucene's CJKBigramFilter
 */
export function indexedText(text: string): string {
  return foldText(text).replace(unspaced, (run) => ` ${pairs(run).join(" ")} `);
}

/**
 * An FTS5 expression for texts that hold any word of the query: a run of an unspaced script is a
 * phrase of its pairs, a single such character the beginning of one. None without words.
 *
 * @see https://sqlite.org/fts5.html#full_text_query_syntax
 */
export function matchExpression(query: string): string | undefined {
  const words = foldText(query).match(/[\p{L}\p{N}\p{M}ー々〆]+/gu) ?? [];
  const phrases = words.flatMap((word) => {
    const apart = word
      .replace(unspaced, (run) => ` ${run} `)
      .trim()
      .split(/\s+/u);
    return apart.map(phrase);
  });
  return phrases.length === 0 ? undefined : [...new Set(phrases)].join(" OR ");
}

function phrase(word: string): string {
  if (!word.match(unspaced)) return `"${word}"`;
  return [...word].length === 1 ? `"${word}" *` : `"${pairs(word).join(" ")}"`;
}

function pairs(run: string): string[] {
  const characters = [...run];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, i) => characters[i]! + character);
}
