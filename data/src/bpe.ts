import { toByteCharacters } from "./byte-level.js";

/** What closes a word: "cat" ends in "t</w>". */
export const WORD_END = "</w>";

/** CLIP's cut of a text into words: contractions, letters, single digits, runs of anything else. */
export const WORD_PATTERN =
  "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

const WORDS = new RegExp(WORD_PATTERN, "gu");

/** The words of a text, normalised as the tokenizer does (NFC, lower case). */
export function wordsOf(text: string): string[] {
  return text.normalize("NFC").replace(/\s+/g, " ").toLowerCase().match(WORDS) ?? [];
}

interface Word {
  symbols: string[];
  readonly weight: number;
}

interface Pairs {
  readonly weight: Map<string, number>;
  /** pair → numbers of words that (may) contain it */
  readonly where: Map<string, Set<number>>;
}

/**
 * Learns byte pair merges: again and again the pair of neighbouring symbols with the greatest total weight
 * becomes one symbol. Ties go to the pair that sorts first, so the result depends on the words alone.
 *
 * @param words word → weight
 * @param count how many merges at most; fewer when no pair weighs at least `minimum`
 * @see Sennrich et al., https://arxiv.org/abs/1508.07909
 */
export function learnMerges(
  words: ReadonlyMap<string, number>,
  { count, minimum = 2 }: { count: number; minimum?: number },
): [string, string][] {
  const list: Word[] = [...words].map(([word, weight]) => ({ symbols: symbolsOf(word), weight }));
  const pairs: Pairs = { weight: new Map(), where: new Map() };
  list.forEach((word, i) => {
    countPairs(pairs, word, { index: i, sign: 1 });
  });
  const merges: [string, string][] = [];
  while (merges.length < count) {
    const best = heaviest(pairs.weight, minimum);
    if (best === undefined) break;
    const [left, right] = best.split(" ") as [string, string];
    merges.push([left, right]);
    for (const i of pairs.where.get(best) ?? []) {
      const word = list[i] as Word;
      countPairs(pairs, word, { index: i, sign: -1 });
      word.symbols = mergePair(word.symbols, left, right);
      countPairs(pairs, word, { index: i, sign: 1 });
    }
    pairs.weight.delete(best);
    pairs.where.delete(best);
  }
  return merges;
}

/** Bytes of a word, the last one marked: "cat" gives c, a, t</w>. */
export function symbolsOf(word: string): string[] {
  const symbols = toByteCharacters(word);
  symbols[symbols.length - 1] += WORD_END;
  return symbols;
}

function mergePair(symbols: readonly string[], left: string, right: string): string[] {
  const merged: string[] = [];
  for (let i = 0; i < symbols.length; i++) {
    if (symbols[i] === left && symbols[i + 1] === right) {
      merged.push(left + right);
      i++;
    } else {
      merged.push(symbols[i] as string);
    }
  }
  return merged;
}

function countPairs(
  pairs: Pairs,
  word: Word,
  { index, sign }: { index: number; sign: 1 | -1 },
): void {
  for (let i = 0; i + 1 < word.symbols.length; i++) {
    const pair = `${word.symbols[i]} ${word.symbols[i + 1]}`;
    pairs.weight.set(pair, (pairs.weight.get(pair) ?? 0) + sign * word.weight);
    if (sign < 0) continue;
    const where = pairs.where.get(pair);
    if (where === undefined) pairs.where.set(pair, new Set([index]));
    else where.add(index);
  }
}

function heaviest(weights: ReadonlyMap<string, number>, minimum: number): string | undefined {
  let best: string | undefined;
  let most = minimum;
  for (const [pair, weight] of weights) {
    if (weight < most || (weight === most && best !== undefined && pair >= best)) continue;
    best = pair;
    most = weight;
  }
  return best;
}
