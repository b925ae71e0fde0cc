import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { WORD_PACKAGE } from "./base-packages.js";
import { findPackage, readJson } from "./package-files.js";
import type { Row } from "./picture.js";
import type { WeightedText } from "./tokenizer-json.js";

/** SCOWL's classes of frequency and what a word of each counts: a caption's phrase counts 4. */
const WORD_CLASSES: readonly (readonly [level: number, weight: number])[] = [
  [10, 3],
  [20, 2],
  [35, 1],
];
const PHRASE_WEIGHT = 4;

/** Distinct captions of the "train" rows of some materialised folders: held-out words stay unheard. */
export function captionTexts(folders: readonly string[]): WeightedText[] {
  const phrases = new Set<string>();
  for (const folder of folders) {
    for (const line of readFileSync(join(folder, "metadata.jsonl"), "utf8").trimEnd().split("\n")) {
      const row = JSON.parse(line) as Row;
      if (row.split !== "train") continue;
      for (const caption of row.captions) phrases.add(caption);
    }
  }
  return [...phrases].map((text) => ({ text, weight: PHRASE_WEIGHT }));
}

/** Common English words, so that words no caption has fall into few and familiar parts. */
export function englishWords(cacheDir: string): WeightedText[] {
  const { dir } = findPackage(WORD_PACKAGE.name, `${resolve(cacheDir)}/`);
  return WORD_CLASSES.flatMap(([level, weight]) =>
    readJson<string[]>(dir, `english-words-${level}.json`).map((text) => ({ text, weight })),
  );
}
