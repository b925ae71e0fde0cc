import type { QueryTerm } from "./request.js";

/** A picture named by its path. Whoever parses decides whether that file may be read. */
export interface FileTerm {
  readonly file: string;
  readonly weight?: number;
}

export type ParsedTerm = Exclude<QueryTerm, { readonly image: Uint8Array }> | FileTerm;

/**
 * One piece: a sign, which stands alone or at the beginning of a word; a weight; then a quoted text
 * or a word, either perhaps named an id or a picture. An open quote goes to the end: it may still be
 * being typed.
 */
const piece =
  /(?:(?<sign>[+\-−＋－])(?:(?<alone>\s+)|(?=["“\p{L}]|\d*\.?\d+\s*\*)))?(?:(?<weight>\d*\.?\d+)\s*\*\s*)?(?:(?<kind>id|image):)?(?:["“](?<quoted>(?:\\.|[^"”\\])*)(?:["”]|$)|(?<word>[^\s"“]\S*))\s*/uy;

const pictureFile = /\.(avif|bmp|gif|heic|jpe?g|png|svg|tiff?|webp)$/i;

/** Words that make one text together, until a sign, a weight or a quote. */
interface Phrase {
  readonly weight: number;
  readonly words: string[];
}

/**
 * Reads a query as people type it: `"red sign" - "speed limit" + 0.5*./x.jpg`, `jaguar -car`,
 * `id:sign-12 + night`. A sign that stands alone holds for all words up to the next one, a sign at
 * the beginning of a word for that word; hyphens within words are letters. Pictures are words that
 * end as picture files do, or `image:"a path"`.
 *
 * @returns terms with `weight` only where it isn't 1; none for a query without words
 */
export function parseQuery(query: string): ParsedTerm[] {
  const terms: ParsedTerm[] = [];
  let phrase: Phrase = { weight: 1, words: [] };
  const begin = (weight: number) => {
    if (phrase.words.length > 0)
      terms.push(weighted({ text: phrase.words.join(" ") }, phrase.weight));
    phrase = { weight, words: [] };
  };
  const text = query.trim().replace(/\s[+\-−＋－]$/u, ""); // a sign whose word is yet to come
  piece.lastIndex = 0;
  while (piece.lastIndex < text.length) {
    const found = piece.exec(text)?.groups;
    if (!found) break;
    const { sign, alone, weight: factor, word, quoted } = found;
    const weight = Number(factor ?? 1) * (sign !== undefined && "-−－".includes(sign) ? -1 : 1);
    const attached = sign !== undefined && alone === undefined;
    const plain = word !== undefined && found["kind"] === undefined && !pictureFile.test(word);
    if (plain && !attached) {
      if (sign !== undefined || factor !== undefined) begin(weight);
      phrase.words.push(word);
      continue;
    }
    const content = contentOf(word ?? quoted!.replaceAll(/\\(.)/gu, "$1"), { ...found, plain });
    if (!content) continue;
    // A word with a sign of its own leaves the words around it together.
    if (!(plain && attached)) begin(1);
    terms.push(weighted(content, weight));
  }
  begin(1);
  return terms;
}

function contentOf(
  value: string,
  { kind, quoted, plain }: { kind?: string; quoted?: string; plain: boolean },
): { text: string } | { id: string } | { file: string } | undefined {
  if (value.trim() === "") return undefined;
  if (kind === "id") return { id: value };
  if (kind === "image" || (quoted === undefined && !plain)) return { file: value };
  return { text: value };
}

function weighted(content: ParsedTerm, weight: number): ParsedTerm {
  return weight === 1 ? content : { ...content, weight };
}
