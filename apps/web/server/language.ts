import { cookies, headers } from "next/headers";
import { chooseLanguage, wordsOf } from "@/lib/words/language";
import { type Language, languageCookie } from "@/lib/words/language-names";
import type { Words } from "@/lib/words/words";

/** The language that this request is answered in, and its words. */
export async function readLanguage(): Promise<{ language: Language; words: Words }> {
  const [cookie, header] = await Promise.all([cookies(), headers()]);
  const language = chooseLanguage(cookie.get(languageCookie)?.value, header.get("accept-language"));
  return { language, words: wordsOf(language) };
}
