import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { MEANING_PACKAGE } from "./base-packages.js";
import { findPackage } from "./package-files.js";
import { cleanTitle } from "./wording.js";

const GLOSS_WORDS = 12;

/** What a noun can mean. */
export interface Synset {
  readonly words: readonly string[];
  /** WordNet's class, "05" for animals */
  readonly kind: string;
  /** offsets of what it is a kind of, or one of */
  readonly above: readonly string[];
  readonly gloss: string;
  /** whether it is one person, place or thing: Crane, a writer */
  readonly isOne: boolean;
}

/** WordNet's nouns. */
export interface WordNet {
  /** by offset */
  readonly synsets: ReadonlyMap<string, Synset>;
  /** word → offset of its most frequent sense that is a kind of thing */
  readonly senses: ReadonlyMap<string, string>;
}

/** @param cacheDir folder under whose node_modules `MEANING_PACKAGE` was installed */
export function readWordNet(cacheDir: string): WordNet {
  const { dir } = findPackage(MEANING_PACKAGE.name, `${resolve(cacheDir)}/`);
  const read = (name: string) => readFileSync(join(dir, "dict", name), "latin1");
  const synsets = readSynsets(read("data.noun"));
  return { synsets, senses: readSenses(read("index.noun"), synsets) };
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
      const above = pointers.filter(([symbol]) => symbol === "@" || symbol === "@i");
      const synset = {
        words,
        kind: fields[1] as string,
        above: above.map(([, offset]) => offset as string),
        gloss: shortGloss(gloss),
        isOne: above.some(([symbol]) => symbol === "@i"),
      };
      return [fields[0] as string, synset] as const;
    }),
  );
}

/** Lemma → offsets of its senses, which end a line of index.noun, the most frequent first → that one. */
function readSenses(content: string, synsets: WordNet["synsets"]): Map<string, string> {
  return new Map(
    linesOf(content).flatMap((line) => {
      const fields = line.trim().split(" ");
      const offsets = fields.slice(-Number(fields[2]));
      const sense = offsets.find((offset) => synsets.get(offset)?.isOne === false);
      return sense === undefined ? [] : [[asText(fields[0] as string), sense] as const];
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
