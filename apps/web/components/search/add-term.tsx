"use client";

import { type FormEvent, useState } from "react";
import type { Term } from "@/lib/query";
import { Icon } from "../icon";
import { useWords } from "../words";

/** Two buttons, each of which becomes a field for words to turn towards or away from. */
export function AddTerm({ onAdd }: { readonly onAdd: (term: Term) => void }) {
  const { words } = useWords();
  const [sign, setSign] = useState<1 | -1>();
  const label = sign === -1 ? words.terms.addMinus : words.terms.addPlus;

  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const field = event.currentTarget.elements.namedItem("term") as HTMLInputElement;
    const value = field.value.trim();
    if (value !== "") onAdd({ kind: "text", value, weight: sign ?? 1 });
    field.value = "";
  };

  if (sign !== undefined) {
    return (
      <form onSubmit={onSubmit} className="flex h-8 items-center gap-1.5">
        <input
          key={sign}
          name="term"
          aria-label={label}
          placeholder={`${label}: ${words.terms.termPlaceholder}`}
          maxLength={100}
          autoComplete="off"
          // biome-ignore lint/a11y/noAutofocus: the field has come in the place of the button pressed
          autoFocus
          onBlur={(event) => [event.currentTarget.form?.requestSubmit(), setSign(undefined)]}
          onKeyDown={({ key }) => key === "Escape" && setSign(undefined)}
          className="h-8 w-56 rounded-full border border-line bg-surface px-3.5 outline-none focus:border-accent focus:ring-3 focus:ring-accent/20"
        />
      </form>
    );
  }
  return (
    <>
      <button type="button" onClick={() => setSign(1)} className="quiet-button">
        <Icon name="plus" className="size-3.5" />
        {words.terms.addPlus}
      </button>
      <button type="button" onClick={() => setSign(-1)} className="quiet-button">
        <Icon name="minus" className="size-3.5" />
        {words.terms.addMinus}
      </button>
    </>
  );
}
