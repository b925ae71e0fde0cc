"use client";

import type { RefObject } from "react";
import { csv } from "@/lib/csv";
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
  const file = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
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
          aria-label={`Download ${title} as ${kind}`}
          className="rounded text-muted hover:text-ink"
        >
          {kind}
        </button>
      ))}
    </span>
  );
}
