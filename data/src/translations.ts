import { readEmoji } from "./emoji-text.js";
import { normaliseHex } from "./iconify.js";
import { findPackage, readJson } from "./package-files.js";
import { cleanTitle } from "./wording.js";

/** Languages that emoji are asked for in, besides English. */
export const translatedLanguages = ["ja", "ko", "de", "fr", "es", "zh"] as const;

export type TranslatedLanguage = (typeof translatedLanguages)[number];

/** What emoji are called in another language, by their English titles (Unicode's CLDR, through emojibase-data). */
export function translatedTitles(language: TranslatedLanguage): ReadonlyMap<string, string> {
  const text = findPackage("emojibase-data");
  const entries = readJson<{ hexcode: string; label: string }[]>(text.dir, language, "data.json");
  const labels = new Map(entries.map(({ hexcode, label }) => [normaliseHex(hexcode), label]));
  return new Map(
    readEmoji(text).flatMap(({ hex, title }) => {
      const label = labels.get(hex);
      return label === undefined ? [] : [[title, cleanTitle(label)] as const];
    }),
  );
}
