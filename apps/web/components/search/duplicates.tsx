"use client";

import type { Card } from "@/lib/contract";
import { counted, fill } from "@/lib/words/words";
import { useWords } from "../words";

interface DuplicatesProps {
  readonly card: Card;
  /** Searches by a picture of the index. */
  readonly onSearch: (id: string) => void;
}

/** The near-duplicates that a search has folded into a picture; a click searches by one. */
export function Duplicates({ card, onSearch }: DuplicatesProps) {
  const { words, language } = useWords();
  const { duplicates = [] } = card;
  if (duplicates.length === 0) return null;
  const [, version = ""] = card.thumbnail.split("?");
  return (
    <section className="mt-8">
      <h3 className="mb-4 font-medium">
        {counted(words.card.duplicates, duplicates.length, language)}
      </h3>
      <ul className="flex flex-wrap gap-3">
        {duplicates.map((id) => (
          <li key={id}>
            <button
              type="button"
              title={id}
              aria-label={fill(words.card.searchBy, { id })}
              onClick={() => onSearch(id)}
              className="block rounded-lg ring-1 ring-line hover:ring-2 hover:ring-accent"
            >
              {/* biome-ignore lint/performance/noImgElement: thumbnails are already small WebP files */}
              <img
                src={`/api/thumbnails/${encodeURIComponent(id)}?${version}`}
                alt=""
                loading="lazy"
                className="h-20 w-auto rounded-lg bg-white object-contain"
              />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
