import type { ColourGroup } from "@/lib/map-colours";
import { useWords } from "../words";
import { toneClass } from "./tones";

interface MapLegendProps {
  readonly groups: readonly ColourGroup[];
  /** Titles are drawn too. */
  readonly titles: boolean;
  readonly onChoose: (group: number) => void;
}

/** What the colours stand for; a click chooses all pictures of one. */
export function MapLegend({ groups, titles, onChoose }: MapLegendProps) {
  const { words, language } = useWords();
  if (groups.length === 0 && !titles) return null;
  return (
    <ul className="flex flex-wrap gap-x-1 gap-y-0.5">
      {groups.map(
        ({ label, tone, count, rest }, i) =>
          count > 0 && (
            <li key={`${rest} ${label}`}>
              <button
                type="button"
                onClick={() => onChoose(i)}
                className="flex h-7 items-center gap-1.5 rounded-md px-2 hover:bg-sunken"
              >
                <svg
                  viewBox="0 0 10 10"
                  className={`size-2.5 ${toneClass[tone]}`}
                  aria-hidden="true"
                >
                  <rect
                    width="10"
                    height="10"
                    rx="2"
                    fill="currentColor"
                    fillOpacity={rest === "none" ? 0.5 : 1}
                  />
                </svg>
                <span className="max-w-40 truncate">
                  {rest === undefined
                    ? label
                    : rest === "none"
                      ? words.map.missing
                      : words.map.rest}
                </span>
                <span className="text-muted tabular-nums">{count.toLocaleString(language)}</span>
              </button>
            </li>
          ),
      )}
      {titles && (
        <li className="flex h-7 items-center gap-1.5 px-2">
          <svg viewBox="0 0 10 10" className="size-2.5 text-ink" aria-hidden="true">
            <rect
              x="1"
              y="1"
              width="8"
              height="8"
              fill="none"
              stroke="currentColor"
              strokeWidth="1.5"
            />
          </svg>
          {words.map.titlesLegend}
        </li>
      )}
    </ul>
  );
}
