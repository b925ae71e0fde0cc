"use client";

import { type Ref, useImperativeHandle, useRef } from "react";
import type { Aspect, Card } from "@/lib/contract";
import type { GridLook } from "./search-state";
import { Tile } from "./tile";
import { useGridKeys } from "./use-grid-keys";

interface ResultGridProps {
  readonly ref: Ref<HTMLUListElement>;
  readonly cards: readonly Card[];
  readonly look: GridLook;
  readonly label: string;
  readonly onOpen: (card: Card) => void;
  /** The up arrow in the first row. */
  readonly onLeaveUp: () => void;
}

// Wide pictures take more columns' room, so that they are about as large as square ones.
const least: Readonly<Record<Aspect, string>> = {
  portrait: "",
  square: "",
  landscape: "[--least-tile:clamp(9.5rem,14vw,18rem)]",
  wide: "[--least-tile:clamp(9.5rem,16vw,20rem)]",
};

/** One stop of the tab key; arrows move inside. */
export function ResultGrid({ ref, cards, look, label, onOpen, onLeaveUp }: ResultGridProps) {
  const list = useRef<HTMLUListElement>(null);
  useImperativeHandle(ref, () => list.current as HTMLUListElement);
  const { active, setActive, onKeyDown } = useGridKeys(list, cards.length, onLeaveUp);
  return (
    <ul
      ref={list}
      aria-label={label}
      className={`picture-grid ${least[look.aspect]}`}
      onKeyDown={onKeyDown}
    >
      {cards.map((card, position) => (
        <li key={card.id}>
          <Tile
            card={card}
            look={look}
            eager={position < 12}
            tabIndex={position === active ? 0 : -1}
            onFocus={() => setActive(position)}
            onOpen={onOpen}
          />
        </li>
      ))}
    </ul>
  );
}
