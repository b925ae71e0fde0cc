"use client";

import { useState } from "react";
import { type ReadyMap, titleAt } from "@/lib/map";
import { counted, fill } from "@/lib/words/words";
import { Picture } from "../search/picture";
import { useWords } from "../words";

interface ChosenListProps {
  readonly map: ReadyMap;
  /** Places among the map's pictures. */
  readonly chosen: readonly number[];
  readonly thumbnail: (i: number) => string;
  readonly onClear: () => void;
}

const page = 60;

/** The pictures of a lasso, a colour or a view, each a link to what is like it. */
export function ChosenList({ map, chosen, thumbnail, onClear }: ChosenListProps) {
  const { words, language } = useWords();
  const [pages, setPages] = useState(1);
  const left = chosen.length - pages * page;
  return (
    <section aria-label={words.map.listed} className="mt-6">
      <div className="mb-4 flex items-center gap-4">
        <h2 className="font-medium" aria-live="polite">
          {counted(words.map.chosen, chosen.length, language)}
        </h2>
        <button type="button" onClick={onClear} className="quiet-button">
          {words.map.clear}
        </button>
      </div>
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(6.5rem,1fr))] gap-x-3 gap-y-5">
        {chosen.slice(0, pages * page).map((i) => (
          <li key={map.ids[i]}>
            <a href={`/?like=${encodeURIComponent(map.ids[i]!)}`} className="block rounded-lg">
              <span className="block rounded-lg ring-1 ring-line">
                <Picture src={thumbnail(i)} alt="" aspect="square" />
              </span>
              <span dir="auto" className="mt-1.5 line-clamp-2 break-words text-xs leading-snug">
                {titleAt(map, i)}
              </span>
            </a>
          </li>
        ))}
      </ul>
      {left > 0 && (
        <button type="button" onClick={() => setPages(pages + 1)} className="quiet-button mt-5">
          {fill(words.map.more, { count: left.toLocaleString(language) })}
        </button>
      )}
    </section>
  );
}
