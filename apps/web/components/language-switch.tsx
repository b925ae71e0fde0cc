"use client";

import { useRouter } from "next/navigation";
import { type Language, languageCookie, languages } from "@/lib/words/language-names";
import { Icon } from "./icon";
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
    <span className="relative grid shrink-0 place-items-center rounded-md text-muted hover:text-ink max-sm:size-8 has-focus-visible:outline-2 has-focus-visible:outline-accent">
      <Icon name="globe" className="size-4 sm:hidden" />
      {/* On a phone its own text would be cut off: it lies unseen over the drawing. */}
      <select
        aria-label={words.pages.language}
        value={language}
        onChange={(event) => choose(event.target.value as Language)}
        className="rounded-md bg-transparent px-1.5 py-1.5 outline-none max-sm:absolute max-sm:inset-0 max-sm:opacity-0"
      >
        {Object.entries(languages).map(([code, name]) => (
          <option key={code} value={code} lang={code} className="bg-surface text-ink">
            {name}
          </option>
        ))}
      </select>
    </span>
  );
}
