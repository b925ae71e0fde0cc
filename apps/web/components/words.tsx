"use client";

import { createContext, type ReactNode, useContext, useEffect } from "react";
import type { Language } from "@/lib/words/language-names";
import type { Words } from "@/lib/words/words";

interface Spoken {
  readonly language: Language;
  readonly words: Words;
}

const SpokenContext = createContext<Spoken | undefined>(undefined);

/** Hands the words of one language to everything inside: the browser loads no other. */
export function Speaking({ language, words, children }: Spoken & { readonly children: ReactNode }) {
  // The outermost effect runs last: from then on the page listens. Programs that use it wait for this.
  useEffect(() => {
    document.documentElement.dataset["ready"] = "";
  }, []);
  return <SpokenContext value={{ language, words }}>{children}</SpokenContext>;
}

/** The words of the interface in the reader's language. */
export function useWords(): Spoken {
  const spoken = useContext(SpokenContext);
  if (!spoken) throw new Error("internal: useWords outside of <Speaking>");
  return spoken;
}
