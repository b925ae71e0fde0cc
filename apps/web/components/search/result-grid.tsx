"use client";

import { type Ref, useImperativeHandle, useRef } from "react";
import type { Aspect, Card } from "@/lib/contract";
import { Tile } from "./tile";
import { useGridKeys } from "./use-grid-keys";

interface ResultGridProps {
  readonly ref: Ref<HTMLUListElement>;
  readonly cards: readonly Card[];
  readonly aspect: Aspect;
  readonly label: string;
  readonly onOpen: (card: Card) => void;
  /** The up arrow in the first row. */
  readonly onLeaveUp: () => void;
}

/** One stop of the tab key; arrows move inside. */
export function ResultGrid({ ref, cards, aspect, label, onOpen, onLeaveUp }: ResultGridProps) {
  const list = useRef<HTMLUListElement>(null);
  useImperativeHandle(ref, () => list.current as HTMLUListElement);
  const { active, setActive, onKeyDown } = useGridKeys(list, cards.length, onLeaveUp);
  return (
    <ul ref={list} aria-label={label} className="picture-grid" onKeyDown={onKeyDown}>
      {cards.map((card, position) => (
        <li key={card.id}>
          <Tile
            card={card}
            aspect={aspect}
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
