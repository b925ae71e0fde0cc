"use client";

import type { Term } from "@/lib/query";
import { fill } from "@/lib/words/words";
import { Icon } from "../icon";
import { useWords } from "../words";
import { FreeInput } from "./free-input";

interface TermChipProps {
  readonly term: Term;
  readonly onChange: (term: Term) => void;
  readonly onRemove: () => void;
}

/** A term with its sign, which a click turns around, its weight, and a way to be rid of it. */
export function TermChip({ term, onChange, onRemove }: TermChipProps) {
  const { words } = useWords();
  const against = term.weight < 0;
  const name = term.kind === "picture" ? words.terms.picture : term.value;
  const tone = against ? "border-warm/45 bg-warm/10" : "border-accent/40 bg-accent/8";
  const weigh = (text: string) => {
    const size = Math.min(10, Number(text));
    if (size > 0) onChange({ ...term, weight: against ? -size : size });
  };
  return (
    <li
      aria-label={fill(against ? words.terms.minus : words.terms.plus, { term: name })}
      className={`flex h-8 max-w-full items-center rounded-full border ${tone}`}
    >
      <button
        type="button"
        aria-label={fill(words.terms.flip, { term: name })}
        onClick={() => onChange({ ...term, weight: -term.weight })}
        className={`grid size-8 shrink-0 place-items-center rounded-full ${against ? "text-warm" : "text-accent"}`}
      >
        <Icon name={against ? "minus" : "plus"} className="size-3.5" />
      </button>
      {term.kind === "text" ? (
        <span className="max-w-60 truncate">{term.value}</span>
      ) : (
        <PictureOf term={term} name={name} />
      )}
      {/* biome-ignore lint/a11y/noLabelWithoutControl: FreeInput is its control */}
      <label className="ml-1.5 flex items-center text-muted text-xs">
        <span aria-hidden="true">×</span>
        <FreeInput
          type="number"
          min={0.1}
          max={10}
          step={0.1}
          value={String(Math.abs(term.weight))}
          aria-label={fill(words.terms.weight, { term: name })}
          onText={weigh}
          className="w-11 rounded bg-transparent px-0.5 text-ink tabular-nums"
        />
      </label>
      <button
        type="button"
        aria-label={fill(words.terms.remove, { term: name })}
        onClick={onRemove}
        className="grid size-8 shrink-0 place-items-center rounded-full text-muted hover:text-ink"
      >
        <Icon name="cross" className="size-3" />
      </button>
    </li>
  );
}

function PictureOf({ term, name }: { readonly term: Term; readonly name: string }) {
  const folder = term.kind === "picture" ? "pictures" : "thumbnails";
  return (
    // biome-ignore lint/performance/noImgElement: already a small file of this server
    <img
      src={`/api/${folder}/${encodeURIComponent(term.value)}`}
      alt={name}
      className="size-6 shrink-0 rounded bg-white object-contain"
    />
  );
}
