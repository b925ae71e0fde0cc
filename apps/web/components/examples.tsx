"use client";

import { useWords } from "./words";

interface ExamplesProps {
  readonly titles: readonly string[];
  readonly onChoose: (title: string) => void;
}

export function Examples({ titles, onChoose }: ExamplesProps) {
  const { words } = useWords();
  if (titles.length === 0) return null;
  return (
    <span className="flex min-w-0 items-baseline gap-x-3">
      <span className="whitespace-nowrap text-muted">{words.search.try}</span>
      {/* What does not fit can be scrolled to, by the Tab key too. */}
      <span className="flex min-w-0 gap-x-4 overflow-x-auto pr-8 [mask-image:linear-gradient(to_right,black_calc(100%-2.5rem),transparent)] [scrollbar-width:none]">
        {titles.map((title) => (
          <button
            key={title}
            type="button"
            onClick={() => onChoose(title)}
            className="whitespace-nowrap rounded text-accent underline-offset-4 hover:underline focus-visible:-outline-offset-2"
            dir="auto"
          >
            {title}
          </button>
        ))}
      </span>
    </span>
  );
}
