import { readWordNet } from "./wordnet.js";

/** How far up a kind is still told: a lobster is a shellfish, a seafood, a food. */
const STEPS = 3;

/**
 * What the things in a text are, and what they are kinds of, by WordNet: of the text and of each of its words, in its most
 * frequent sense, the sense itself and all above it up to three steps, as offsets; one that is met twice comes twice.
 *
 * @param cacheDir folder under whose node_modules `MEANING_PACKAGE` was installed
 */
export function readKinds(cacheDir: string): (text: string) => string[] {
  const { synsets, senses } = readWordNet(cacheDir);
  const senseOf = (word: string) => senses.get(word) ?? senses.get(word.replace(/s$/, ""));
  return (text) => {
    const words = text.match(/[\p{L}\p{N}]+/gu) ?? [];
    return [...new Set([text, ...words])].flatMap((word) => {
      const sense = senseOf(word);
      const levels = [sense === undefined ? [] : [sense]];
      for (let step = 0; step < STEPS; step++) {
        levels.push((levels[step] ?? []).flatMap((offset) => synsets.get(offset)?.above ?? []));
      }
      return levels.flat();
    });
  };
}
