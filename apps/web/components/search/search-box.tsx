"use client";

import {
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useEffect,
  useImperativeHandle,
  useRef,
} from "react";
import { longestText } from "@/lib/query";
import { useWords } from "../words";
import { Icon } from "./icon";

interface SearchBoxProps {
  readonly ref: Ref<HTMLInputElement>;
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
  const input = useRef<HTMLInputElement>(null);
  useImperativeHandle(ref, () => input.current as HTMLInputElement);
  useSlashKey(input);
  useEarlyText(input, onChange);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") onLeave();
    else if (event.key === "Escape") onChange("");
    else return;
    event.preventDefault();
  };

  return (
    <search className="relative block">
      <label htmlFor="query" className="sr-only">
        {words.search.label}
      </label>
      <span className="pointer-events-none absolute top-3 left-3.5 text-muted">
        <Icon name="search" className="size-5" />
      </span>
      <input
        ref={input}
        id="query"
        type="search"
        // biome-ignore lint/a11y/noAutofocus: the page is its search box; nothing comes before it
        autoFocus
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        maxLength={longestText}
        placeholder={words.search.placeholder}
        aria-keyshortcuts="/"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
        className="h-11 w-full rounded-xl border border-line bg-surface pr-24 pl-11 text-base shadow-[0_1px_2px_oklch(0_0_0/0.04)] outline-none transition-[border-color,box-shadow] placeholder:text-muted focus:border-accent focus:ring-3 focus:ring-accent/20"
      />
      <span className="absolute top-1.5 right-1.5 flex items-center gap-0.5">
        {value !== "" && (
          <button
            type="button"
            aria-label={words.search.clear}
            onClick={() => [onChange(""), input.current?.focus()]}
            className="icon-button"
          >
            <Icon name="cross" className="size-3.5" />
          </button>
        )}
        {children}
      </span>
      <span className="pointer-events-none absolute inset-x-4 bottom-0 h-0.5 overflow-hidden rounded-full">
        {pending && <span className="pending-line block h-full w-1/4 rounded-full bg-accent" />}
      </span>
    </search>
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

/** What was typed before the script arrived is in the box but in no state: take it up once. */
function useEarlyText(
  input: { readonly current: HTMLInputElement | null },
  onChange: (value: string) => void,
) {
  const report = useRef(onChange);
  useEffect(() => {
    const { value = "", defaultValue = "" } = input.current ?? {};
    if (value !== defaultValue) report.current(value);
  }, [input]);
}
