import { readEmoji } from "./emoji-text.js";
import { normaliseHex } from "./iconify.js";
import { findPackage, type InstalledPackage, readJson } from "./package-files.js";
import { cleanTitle } from "./wording.js";

/** Languages that emoji have names in, besides English. */
export const translatedLanguages = ["ja", "ko", "de", "fr", "es", "zh"] as const;

export type TranslatedLanguage = (typeof translatedLanguages)[number];

/** What one emoji is called in one language, and other words for it. */
export interface Translation {
  readonly title: string;
  readonly tags: readonly string[];
}

interface Entry {
  readonly hexcode: string;
  readonly label: string;
  readonly tags?: readonly string[];
}

/** Emoji by their English titles, as another language speaks of them (Unicode's CLDR, through emojibase-data). */
function translations(
  text: InstalledPackage,
  language: TranslatedLanguage,
): ReadonlyMap<string, Translation> {
  const entries = readJson<Entry[]>(text.dir, language, "data.json");
  const byHex = new Map(entries.map((entry) => [normaliseHex(entry.hexcode), entry]));
  return new Map(
    readEmoji(text).flatMap(({ hex, title }) => {
      const entry = byHex.get(hex);
      if (entry === undefined) return [];
      const tags = (entry.tags ?? []).map(cleanTitle);
      return [[title, { title: cleanTitle(entry.label), tags }] as const];
    }),
  );
}

/** What emoji are called in another language, by their English titles. */
export function translatedTitles(language: TranslatedLanguage): ReadonlyMap<string, string> {
  const found = translations(findPackage("emojibase-data"), language);
  return new Map([...found].map(([english, { title }]) => [english, title]));
}

/** By English title, the emoji's names in each language: two captions a language, its title and its title with a tag. */
export function translatedCaptions(text: InstalledPackage): ReadonlyMap<string, readonly string[]> {
  const captions = new Map<string, string[]>();
  for (const language of translatedLanguages) {
    for (const [english, { title, tags }] of translations(text, language)) {
      const tag = tags.find((other) => other !== title);
      const own = captions.get(english) ?? [];
      captions.set(english, own);
      own.push(title, tag === undefined ? title : `${title}, ${tag}`);
    }
  }
  return captions;
}
