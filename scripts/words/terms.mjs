// A text as a bag of weighted terms: its words, their triples and quadruples of letters, and by WordNet what the words are and
// are kinds of. Words that no title has still share letters and kinds with words that one has.

const LETTERS_WEIGHT = 1 / 2;

/** Term → how often a text has it. */
export function countTerms(text, kindsOf) {
  const counts = new Map();
  const add = (term) => counts.set(term, (counts.get(term) ?? 0) + 1);
  for (const word of text.match(/[\p{L}\p{N}]+/gu) ?? []) {
    add(word);
    const closed = [..."<", ...word, ">"];
    for (const n of [3, 4]) {
      for (let i = 0; i + n <= closed.length; i++) add(`~${closed.slice(i, i + n).join("")}`);
    }
  }
  for (const kind of kindsOf(text)) add(`=${kind}`);
  return counts;
}

/**
 * The terms of some titles and their tags, each with a number and its weight: rare ones count more (inverse document frequency).
 *
 * @param documents `[{ title, tags }]`
 * @returns a text's terms as `{ rows, weights }`, of length 1 together; terms that no document has are left out
 */
export function createBags(documents, kindsOf) {
  const frequency = new Map();
  for (const { title, tags } of documents) {
    const own = new Set([title, ...tags].flatMap((text) => [...countTerms(text, kindsOf).keys()]));
    for (const term of own) frequency.set(term, (frequency.get(term) ?? 0) + 1);
  }
  const row = new Map([...frequency.keys()].map((term, i) => [term, i]));
  const known = new Map();
  const bagOf = (text) => {
    const found = [...countTerms(text, kindsOf)].filter(([term]) => row.has(term));
    const weights = found.map(
      ([term, count]) =>
        count *
        Math.log(1 + documents.length / (1 + frequency.get(term))) *
        (term.startsWith("~") ? LETTERS_WEIGHT : 1),
    );
    const length = Math.hypot(...weights) || 1;
    return {
      rows: Int32Array.from(found, ([term]) => row.get(term)),
      weights: Float32Array.from(weights, (weight) => weight / length),
    };
  };
  return {
    size: row.size,
    of(text) {
      const bag = known.get(text) ?? bagOf(text);
      known.set(text, bag);
      return bag;
    },
  };
}
