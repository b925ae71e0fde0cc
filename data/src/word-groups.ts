import { resolve } from "node:path";
import { WORD_PACKAGE } from "./base-packages.js";
import { findPackage, readJson } from "./package-files.js";
import { readWordNet, type Synset } from "./wordnet.js";

/** WordNet's classes of nouns for what can be drawn: animals, artefacts, bodies, food, places, people, weather, plants, stuff. */
const DRAWABLE = new Set([
  ...["03", "05", "06", "08", "13", "15", "17", "18", "19", "20", "27"],
  ...["04", "07", "10", "12", "25"], // deeds, qualities, messages, feelings, shapes
]);
const WORD_LEVELS = [10, 20, 35, 40, 50];

/**
 * Texts that mean the same, from WordNet: for every common word of something that can be drawn, in its most
 * frequent sense, its synonyms, what it is a kind of, and its gloss. Without pictures: they teach a text tower
 * what words have to do with one another, whether a picture has them or not.
 *
 * @param cacheDir folder under whose node_modules `MEANING_PACKAGE` and `WORD_PACKAGE` were installed
 */
export function wordGroups(cacheDir: string): string[][] {
  const { synsets, senses } = readWordNet(cacheDir);
  const list = findPackage(WORD_PACKAGE.name, `${resolve(cacheDir)}/`).dir;
  const common = WORD_LEVELS.flatMap((level) =>
    readJson<string[]>(list, `english-words-${level}.json`),
  );
  const chosen = new Set(
    common.flatMap((word) => {
      const offset = senses.get(word.toLowerCase());
      return offset !== undefined && DRAWABLE.has(synsets.get(offset)?.kind ?? "") ? [offset] : [];
    }),
  );
  return [...chosen]
    .sort()
    .map((offset) => textsOf(synsets.get(offset) as Synset, synsets))
    .filter((texts) => texts.length > 1);
}

function textsOf({ words, above, gloss }: Synset, synsets: ReadonlyMap<string, Synset>): string[] {
  const parents = above.flatMap((offset) => synsets.get(offset)?.words.slice(0, 1) ?? []);
  const name = words[0] as string;
  return [
    ...new Set([
      ...words.slice(0, 4),
      ...parents.map((parent) => `${name}, ${parent}`),
      ...parents,
      gloss,
    ]),
  ].filter((text) => text !== "");
}
