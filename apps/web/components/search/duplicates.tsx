"use client";

import type { Card } from "@/lib/contract";
import { counted } from "@/lib/words/words";
import { useWords } from "../words";

/** The near-duplicates that a search has folded into a picture. */
export function Duplicates({ card }: { readonly card: Card }) {
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
            {/* biome-ignore lint/performance/noImgElement: thumbnails are already small WebP files */}
            <img
              src={`/api/thumbnails/${encodeURIComponent(id)}?${version}`}
              alt={id}
              title={id}
              loading="lazy"
              className="h-20 w-auto rounded-lg bg-white object-contain ring-1 ring-line"
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
