"use client";

import { type KeyboardEvent, type Ref, useEffect, useImperativeHandle, useRef } from "react";
import { Cross } from "./cross";

interface SearchBoxProps {
  readonly ref: Ref<HTMLInputElement>;
  readonly value: string;
  readonly pending: boolean;
  readonly onChange: (value: string) => void;
  /** The down arrow: on to the pictures. */
  readonly onLeave: () => void;
}

export function SearchBox({ ref, value, pending, onChange, onLeave }: SearchBoxProps) {
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
        Search pictures by words
      </label>
      <svg
        viewBox="0 0 20 20"
        className="pointer-events-none absolute top-3 left-3.5 size-5 text-muted"
        aria-hidden="true"
      >
        <path
          d="M13.2 13.2 17 17M14.5 8.75a5.75 5.75 0 1 1-11.5 0 5.75 5.75 0 0 1 11.5 0Z"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.6"
          strokeLinecap="round"
        />
      </svg>
      <input
        ref={input}
        id="query"
        type="search"
        // biome-ignore lint/a11y/noAutofocus: the page is its search box; nothing comes before it
        autoFocus
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        maxLength={500}
        placeholder="Describe a picture"
        aria-keyshortcuts="/"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
        className="h-11 w-full rounded-xl border border-line bg-surface pr-11 pl-11 text-base shadow-[0_1px_2px_oklch(0_0_0/0.04)] outline-none transition-[border-color,box-shadow] placeholder:text-muted focus:border-accent focus:ring-3 focus:ring-accent/20"
      />
      <SideKey filled={value !== ""} onClear={() => [onChange(""), input.current?.focus()]} />
      <span className="pointer-events-none absolute inset-x-4 bottom-0 h-0.5 overflow-hidden rounded-full">
        {pending && <span className="pending-line block h-full w-1/4 rounded-full bg-accent" />}
      </span>
    </search>
  );
}

function SideKey({ filled, onClear }: { filled: boolean; onClear: () => void }) {
  if (!filled) {
    return (
      <kbd className="pointer-events-none absolute top-2.5 right-3 hidden size-6 place-items-center rounded-md border border-line font-sans text-muted text-xs sm:grid">
        /
      </kbd>
    );
  }
  return (
    <button
      type="button"
      aria-label="Clear the search"
      onClick={onClear}
      className="absolute top-1.5 right-1.5 grid size-8 place-items-center rounded-lg text-muted hover:bg-sunken hover:text-ink"
    >
      <Cross className="size-3.5" />
    </button>
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
