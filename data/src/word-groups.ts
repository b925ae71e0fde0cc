import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { MEANING_PACKAGE, WORD_PACKAGE } from "./base-packages.js";
import { findPackage, readJson } from "./package-files.js";
import { cleanTitle } from "./wording.js";

/** WordNet's classes of nouns for what can be drawn: animals, artefacts, bodies, food, places, people, weather, plants, stuff. */
const DRAWABLE = new Set([
  ...["03", "05", "06", "08", "13", "15", "17", "18", "19", "20", "27"],
  ...["04", "07", "10", "12", "25"], // deeds, qualities, messages, feelings, shapes
]);
const WORD_LEVELS = [10, 20, 35, 40, 50];
const GLOSS_WORDS = 12;

interface Synset {
  readonly words: readonly string[];
  readonly kind: string;
  /** offsets of what it is a kind of */
  readonly above: readonly string[];
  readonly gloss: string;
}

/**
 * Texts that mean the same, from WordNet: for every common word of something that can be drawn, in its most
 * frequent sense, its synonyms, what it is a kind of, and its gloss. Without pictures: they teach a text tower
 * what words have to do with one another, whether a picture has them or not.
 *
 * @param cacheDir folder under whose node_modules `MEANING_PACKAGE` and `WORD_PACKAGE` were installed
 */
export function wordGroups(cacheDir: string): string[][] {
  const root = `${resolve(cacheDir)}/`;
  const { dir } = findPackage(MEANING_PACKAGE.name, root);
  const synsets = readSynsets(readFileSync(join(dir, "dict", "data.noun"), "latin1"));
  const senses = readSenses(readFileSync(join(dir, "dict", "index.noun"), "latin1"));
  const list = findPackage(WORD_PACKAGE.name, root).dir;
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

/** Lines of data.noun: offset, class, type, count of words in hex, words with ids, pointers, "| gloss". */
function readSynsets(content: string): Map<string, Synset> {
  return new Map(
    linesOf(content).map((line) => {
      const [head = "", gloss = ""] = line.split(" | ");
      const fields = head.split(" ");
      const count = Number.parseInt(fields[3] as string, 16);
      const words = Array.from({ length: count }, (_, i) => asText(fields[4 + 2 * i] as string));
      const start = 4 + 2 * count;
      const pointers = Array.from({ length: Number(fields[start]) }, (_, i) =>
        fields.slice(start + 1 + 4 * i, start + 5 + 4 * i),
      );
      const above = pointers.flatMap(([symbol, offset]) =>
        symbol === "@" || symbol === "@i" ? [offset as string] : [],
      );
      const kind = fields[1] as string;
      return [fields[0] as string, { words, kind, above, gloss: shortGloss(gloss) }] as const;
    }),
  );
}

/** Lemma → offset of its most frequent sense, which index.noun has first. */
function readSenses(content: string): Map<string, string> {
  return new Map(
    linesOf(content).map((line) => {
      const fields = line.trim().split(" ");
      const count = Number(fields[2]);
      return [asText(fields[0] as string), fields[fields.length - count] as string] as const;
    }),
  );
}

/** The files begin with their licence, indented. */
const linesOf = (content: string): string[] =>
  content.split("\n").filter((line) => line !== "" && !line.startsWith(" "));

const asText = (lemma: string): string => cleanTitle(lemma.replaceAll("_", " "));

/** The first clause, without remarks and examples. */
function shortGloss(gloss: string): string {
  const [first = ""] = gloss.replace(/\([^)]*\)/g, " ").split(/[;"]/);
  return cleanTitle(first).split(" ").slice(0, GLOSS_WORDS).join(" ");
}
