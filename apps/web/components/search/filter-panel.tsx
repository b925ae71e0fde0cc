"use client";

import type { FieldSummary } from "@/lib/contract";
import { conditionOn, withTests } from "@/lib/filter-edit";
import type { Query } from "@/lib/query";
import { useWords } from "../words";
import { FilterField } from "./filter-field";

interface FilterPanelProps {
  readonly fields: readonly FieldSummary[];
  readonly query: Query;
  readonly onChange: (part: Partial<Query>) => void;
}

/** One block a field of the index, and how the answer is made. */
export function FilterPanel({ fields, query, onChange }: FilterPanelProps) {
  const { words } = useWords();
  const { filter } = query;
  return (
    <section
      aria-label={words.filters.label}
      className="mb-5 rounded-xl border border-line bg-surface p-4 sm:p-5"
    >
      <div className="grid grid-cols-[repeat(auto-fill,minmax(min(13rem,100%),1fr))] gap-x-8 gap-y-5">
        {fields.map((field) => (
          <FilterField
            key={field.name}
            field={field}
            condition={conditionOn(filter, field.name)}
            onChange={(tests) => onChange({ filter: withTests(filter, field.name, tests) })}
          />
        ))}
      </div>
      <div
        className={`flex flex-wrap items-center gap-x-6 gap-y-3 ${fields.length > 0 ? "mt-5 border-line border-t pt-4" : ""}`}
      >
        <Toggle
          label={words.filters.fold}
          checked={query.group}
          onChange={(group) => onChange({ group })}
        />
        <Toggle
          label={words.filters.hybrid}
          checked={query.hybrid}
          onChange={(hybrid) => onChange({ hybrid })}
        />
        {filter.length > 0 && (
          <button
            type="button"
            onClick={() => onChange({ filter: [] })}
            className="ml-auto text-accent underline-offset-4 hover:underline"
          >
            {words.search.clearFilters}
          </button>
        )}
      </div>
    </section>
  );
}

interface ToggleProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

function Toggle({ label, checked, onChange }: ToggleProps) {
  return (
    <label className="flex items-center gap-2">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
        className="size-4 accent-accent"
      />
      {label}
    </label>
  );
}
