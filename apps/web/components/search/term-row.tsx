"use client";

import { mostTerms, type Term } from "@/lib/query";
import { Icon } from "../icon";
import { useWords } from "../words";
import { AddTerm } from "./add-term";
import { TermChip } from "./term-chip";

interface TermRowProps {
  readonly terms: readonly Term[];
  /** Conditions in force. */
  readonly filters: number;
  readonly filtering: boolean;
  readonly onTerms: (terms: readonly Term[]) => void;
  readonly onFiltering: (open: boolean) => void;
}

/** The terms besides the words in the box, and the way to more of them and to the filters. */
export function TermRow({ terms, filters, filtering, onTerms, onFiltering }: TermRowProps) {
  const { words } = useWords();
  const replace = (place: number, ...by: Term[]) => onTerms(terms.toSpliced(place, 1, ...by));
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2">
      {terms.length > 0 && (
        <ul aria-label={words.terms.label} className="contents">
          {terms.map((term, place) => (
            <TermChip
              key={`${term.kind} ${term.value}`}
              term={term}
              onChange={(next) => replace(place, next)}
              onRemove={() => replace(place)}
            />
          ))}
        </ul>
      )}
      {terms.length < mostTerms && <AddTerm onAdd={(term) => onTerms([...terms, term])} />}
      <button
        type="button"
        aria-expanded={filtering}
        aria-controls="filters"
        onClick={() => onFiltering(!filtering)}
        className="quiet-button ml-auto aria-expanded:bg-sunken aria-expanded:text-ink"
      >
        <Icon name="filter" />
        {words.filters.open}
        {filters > 0 && (
          <span className="rounded-full bg-accent px-1.5 font-medium text-canvas text-xs tabular-nums">
            {filters}
          </span>
        )}
      </button>
    </div>
  );
}
