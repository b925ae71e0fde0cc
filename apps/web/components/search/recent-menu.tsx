"use client";

import { useRef } from "react";
import type { RecentSearch } from "@/lib/recent-searches";
import { Icon } from "../icon";
import { useWords } from "../words";

interface RecentMenuProps {
  readonly recent: readonly RecentSearch[];
  readonly onChoose: (recent: RecentSearch) => void;
  readonly onForget: () => void;
}

/** A button at the search box that opens what was searched before; absent until there is something. */
export function RecentMenu({ recent, onChoose, onForget }: RecentMenuProps) {
  const { words } = useWords();
  const menu = useRef<HTMLDivElement>(null);
  if (recent.length === 0) return null;
  const close = () => menu.current?.hidePopover();
  return (
    <>
      <button
        type="button"
        popoverTarget="recent"
        aria-label={words.search.recent}
        title={words.search.recent}
        className="icon-button [anchor-name:--recent]"
      >
        <Icon name="clock" />
      </button>
      <div
        ref={menu}
        id="recent"
        popover="auto"
        className="fixed inset-x-3 top-auto m-0 mx-auto mt-1 w-[min(24rem,calc(100vw-1.5rem))] rounded-xl border border-line bg-surface p-1.5 text-ink shadow-xl [position-anchor:--recent] [top:calc(anchor(bottom)+0.5rem)]"
      >
        <p className="px-3 pt-1.5 pb-1 text-muted text-xs">{words.search.recent}</p>
        <ul>
          {recent.map((one) => (
            <li key={one.address}>
              <button
                type="button"
                onClick={() => [close(), onChoose(one)]}
                className="block w-full truncate rounded-lg px-3 py-2 text-left hover:bg-sunken"
              >
                {one.label}
              </button>
            </li>
          ))}
        </ul>
        <button
          type="button"
          onClick={() => [close(), onForget()]}
          className="mt-1 block w-full rounded-lg border-line border-t px-3 py-2 text-left text-muted hover:text-ink"
        >
          {words.search.forget}
        </button>
      </div>
    </>
  );
}
