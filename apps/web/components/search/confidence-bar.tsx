"use client";

import { useWords } from "../words";

/** How sure a match is, as a bar; drawn as SVG because the page allows no style attributes. */
export function ConfidenceBar({ confidence }: { readonly confidence: number }) {
  const { words } = useWords();
  const percent = Math.round(100 * Math.min(1, Math.max(0, confidence)));
  return (
    <span className="flex items-center gap-2" title={words.card.confidenceHelp}>
      <svg
        viewBox="0 0 100 3"
        preserveAspectRatio="none"
        className="h-[3px] min-w-0 flex-1 overflow-hidden rounded-full"
        aria-hidden="true"
      >
        <rect width="100" height="3" className="fill-line" />
        <rect
          width={percent}
          height="3"
          className={confidence >= 0.5 ? "fill-accent" : "fill-muted"}
        />
      </svg>
      <span className="text-muted text-xs tabular-nums">
        <span className="sr-only">{words.card.confidence} </span>
        {percent} %
      </span>
    </span>
  );
}
