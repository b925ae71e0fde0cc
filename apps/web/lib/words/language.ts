import { en } from "./en";
import { ja } from "./ja";
import { ko } from "./ko";
import { type Language, languages } from "./language-names";
import type { Words } from "./words";

const dictionaries: Readonly<Record<Language, Words>> = { en, ko, ja };

export function wordsOf(language: Language): Words {
  return dictionaries[language];
}

/**
 * The reader's choice if there is one, else the first language of theirs that we speak.
 *
 * @param accepted the header Accept-Language
 * @see RFC 9110, section 12.5.4
 */
export function chooseLanguage(chosen: string | undefined, accepted: string | null): Language {
  if (chosen !== undefined && isLanguage(chosen)) return chosen;
  const wanted = (accepted ?? "")
    .split(",", 20)
    .map((entry) => {
      const [tag = "", ...parameters] = entry.trim().split(";");
      const quality = parameters.find((each) => each.trim().startsWith("q="));
      const weight = quality === undefined ? 1 : Number(quality.trim().slice(2));
      return { tag: tag.toLowerCase().split("-")[0] ?? "", weight };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  return wanted.map(({ tag }) => tag).find(isLanguage) ?? "en";
}

function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(languages, tag);
}
