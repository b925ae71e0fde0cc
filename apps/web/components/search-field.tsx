"use client";

import { type ComponentProps, type ReactNode, useEffect, useRef } from "react";
import { Icon } from "./icon";
import { useWords } from "./words";

interface SearchFieldProps extends Omit<ComponentProps<"input">, "onChange" | "value" | "ref"> {
  readonly ref?: { current: HTMLInputElement | null };
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What it asks for, for those who cannot see the placeholder. */
  readonly label: string;
  readonly pending?: boolean;
  /** What lies at the right end of the box. */
  readonly children?: ReactNode;
}

/** The box of the header: words, a way to be rid of them, and whether an answer is on its way. */
export function SearchField(props: SearchFieldProps) {
  const { ref, value, onChange, label, pending = false, children, ...rest } = props;
  const { words } = useWords();
  const own = useRef<HTMLInputElement>(null);
  const input = ref ?? own;
  useEarlyText(input, onChange);
  return (
    <search className="relative block">
      <span className="pointer-events-none absolute top-3 left-3.5 text-muted">
        <Icon name="search" className="size-5" />
      </span>
      <input
        ref={input}
        type="search"
        aria-label={label}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        enterKeyHint="search"
        dir="auto"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-11 w-full text-ellipsis rounded-xl border border-line bg-surface pr-28 pl-11 text-base placeholder-shown:pr-20 shadow-[0_1px_2px_oklch(0_0_0/0.04)] outline-none transition-[border-color,box-shadow] placeholder:text-muted focus:border-accent focus:ring-3 focus:ring-accent/20"
        {...rest}
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
