"use client";

import { useRouter } from "next/navigation";
import { type Language, languageCookie, languages } from "@/lib/words/language-names";
import { useWords } from "./words";

const yearSeconds = 31_536_000;

export function LanguageSwitch() {
  const { language, words } = useWords();
  const router = useRouter();
  const choose = (next: Language) => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in Firefox
    document.cookie = `${languageCookie}=${next}; path=/; max-age=${yearSeconds}; samesite=lax`;
    router.refresh();
  };
  return (
    <select
      aria-label={words.pages.language}
      value={language}
      onChange={(event) => choose(event.target.value as Language)}
      className="rounded-md bg-transparent px-1 max-sm:w-14 sm:px-1.5 py-1.5 text-muted hover:text-ink"
    >
      {Object.entries(languages).map(([code, name]) => (
        <option key={code} value={code} lang={code} className="bg-surface text-ink">
          {name}
        </option>
      ))}
    </select>
  );
}
