"use client";

import type { RefObject } from "react";
import { useWords } from "@/components/words";
import { csv } from "@/lib/csv";
import { fill } from "@/lib/words/words";
import { save, savePng } from "./save";
import type { Series } from "./series";
import { standaloneSvg } from "./standalone-svg";

interface DownloadMenuProps {
  readonly title: string;
  readonly plot: RefObject<SVGSVGElement | null>;
  readonly legend: readonly Series[];
  /** The numbers that are drawn, a head first. */
  readonly rows: () => readonly (readonly (string | number)[])[];
}

const kinds = ["CSV", "SVG", "PNG"] as const;

/** A chart as numbers or as a picture. */
export function DownloadMenu({ title, plot, legend, rows }: DownloadMenuProps) {
  const { words } = useWords();
  const file = title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
  const download = (kind: (typeof kinds)[number]) => {
    if (kind === "CSV") return save(`${file}.csv`, new Blob([csv(rows())], { type: "text/csv" }));
    if (!plot.current) return;
    const svg = standaloneSvg(plot.current, { title, legend });
    if (kind === "PNG") return savePng(`${file}.png`, svg);
    save(`${file}.svg`, new Blob([svg.text], { type: "image/svg+xml" }));
  };
  return (
    <span className="ml-auto flex shrink-0 gap-2 text-xs">
      {kinds.map((kind) => (
        <button
          key={kind}
          type="button"
          onClick={() => download(kind)}
          aria-label={fill(words.curves.download, { title, kind })}
          className="rounded text-muted hover:text-ink"
        >
          {kind}
        </button>
      ))}
    </span>
  );
}
