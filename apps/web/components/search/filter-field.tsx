"use client";

import { useState } from "react";
import type { Condition, FieldSummary } from "@/lib/contract";
import { fill } from "@/lib/words/words";
import { useWords } from "../words";
import { FreeInput } from "./free-input";

type Tests = Omit<Condition, "field"> | undefined;

interface FilterFieldProps {
  readonly field: FieldSummary;
  readonly condition: Condition | undefined;
  readonly onChange: (tests: Tests) => void;
}

const shownValues = 6;

/** What a field can be asked: values to tick, a range, or a part of its text where values are many or no two alike. */
export function FilterField(props: FilterFieldProps) {
  const { name, kind, values = [], distinct } = props.field;
  const listed = kind === "string" || kind === "boolean";
  const told = kind === "boolean" || values.some(({ count }) => count > 1); // something of several pictures
  return (
    <fieldset className="min-w-0">
      <legend className="mb-2 font-medium">{name}</legend>
      {!listed ? (
        <RangeOf {...props} />
      ) : distinct > values.length || !told ? (
        <PartOf {...props} />
      ) : (
        <ValuesOf {...props} />
      )}
    </fieldset>
  );
}

function ValuesOf({ field, condition, onChange }: FilterFieldProps) {
  const { words, language } = useWords();
  const [all, setAll] = useState(false);
  const { values = [] } = field;
  const chosen = condition?.in ?? [];
  const shown = values.filter(
    ({ value }, place) => all || place < shownValues || chosen.includes(value),
  );
  const toggle = (value: (typeof chosen)[number], on: boolean) => {
    const next = on ? [...chosen, value] : chosen.filter((one) => one !== value);
    onChange(next.length === 0 ? undefined : { in: next });
  };
  const textOf = (value: unknown) =>
    typeof value === "boolean" ? (value ? words.filters.yes : words.filters.no) : String(value);
  return (
    <>
      <ul className="max-h-64 space-y-1 overflow-y-auto">
        {shown.map(({ value, count }) => (
          <li key={String(value)}>
            <label className="flex items-baseline gap-2">
              <input
                type="checkbox"
                checked={chosen.includes(value)}
                onChange={(event) => toggle(value, event.target.checked)}
                className="size-4 shrink-0 translate-y-0.5 accent-accent"
              />
              <span className="min-w-0 break-words">{textOf(value)}</span>
              <span className="ml-auto text-muted text-xs tabular-nums">
                {count.toLocaleString(language)}
              </span>
            </label>
          </li>
        ))}
      </ul>
      {shown.length < values.length && (
        <button
          type="button"
          onClick={() => setAll(true)}
          className="mt-1.5 text-accent underline-offset-4 hover:underline"
        >
          {fill(words.filters.more, { count: values.length - shown.length })}
        </button>
      )}
    </>
  );
}

const boxClass =
  "h-9 w-full min-w-0 rounded-lg border border-line bg-canvas px-2.5 tabular-nums outline-none focus:border-accent focus:ring-3 focus:ring-accent/20";

function RangeOf({ field, condition, onChange }: FilterFieldProps) {
  const { words } = useWords();
  const isDate = field.kind === "date";
  const [low, high] = isDate ? (["after", "before"] as const) : (["min", "max"] as const);
  const change = (name: typeof low | typeof high, text: string) => {
    const value = text === "" ? undefined : isDate ? text : Number(text);
    onChange({ ...testsOf(condition), [name]: value });
  };
  const bound = (name: typeof low | typeof high, label: string, hint: unknown) => (
    // biome-ignore lint/a11y/noLabelWithoutControl: FreeInput is its control
    <label className={`flex-1 ${isDate ? "min-w-36" : "min-w-0"}`}>
      <span className="mb-1 block text-muted text-xs">{label}</span>
      <FreeInput
        type={isDate ? "date" : "number"}
        step="any"
        value={String(condition?.[name] ?? "")}
        placeholder={String(hint ?? "")}
        aria-label={`${field.name}: ${label}`}
        onText={(text) => change(name, text)}
        className={boxClass}
      />
    </label>
  );
  return (
    <div className={`flex gap-2 ${isDate ? "flex-wrap" : ""}`}>
      {bound(low, words.filters.from, field.min)}
      {bound(high, words.filters.to, field.max)}
    </div>
  );
}

function PartOf({ field, condition, onChange }: FilterFieldProps) {
  const { words } = useWords();
  return (
    <FreeInput
      type="text"
      value={condition?.contains ?? ""}
      placeholder={words.filters.contains}
      aria-label={`${field.name}: ${words.filters.contains}`}
      onText={(text) => onChange(text ? { contains: text } : undefined)}
      className={boxClass}
    />
  );
}

function testsOf(condition: Condition | undefined): Tests {
  if (!condition) return undefined;
  const { field: _, ...tests } = condition;
  return tests;
}
