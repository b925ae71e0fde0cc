"use client";

import { type KeyboardEvent, type ReactNode, type RefObject, useEffect } from "react";
import { longestText } from "@/lib/query";
import { SearchField } from "../search-field";
import { useWords } from "../words";

interface SearchBoxProps {
  readonly ref: RefObject<HTMLInputElement | null>;
  readonly value: string;
  readonly pending: boolean;
  readonly onChange: (value: string) => void;
  /** The down arrow: on to the pictures. */
  readonly onLeave: () => void;
  /** What lies at the right end of the empty box. */
  readonly children?: ReactNode;
}

export function SearchBox({ ref, value, pending, onChange, onLeave, children }: SearchBoxProps) {
  const { words } = useWords();
  useSlashKey(ref);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") onLeave();
    else if (event.key === "Escape") onChange("");
    else return;
    event.preventDefault();
  };

  return (
    <SearchField
      {...{ ref, value, pending, onChange, onKeyDown }}
      id="query"
      label={words.search.label}
      placeholder={words.search.placeholder}
      maxLength={longestText}
      aria-keyshortcuts="/"
      autoFocus
    >
      {children}
    </SearchField>
  );
}

/** `/` goes to the box from anywhere but another text field. */
function useSlashKey(input: { readonly current: HTMLInputElement | null }) {
  useEffect(() => {
    const onKeyDown = (event: globalThis.KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof Element && event.target.closest("input, textarea, dialog"))
        return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [input]);
}
