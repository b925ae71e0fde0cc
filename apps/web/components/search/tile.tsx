import type { Aspect, Card } from "@/lib/contract";
import { Picture } from "./picture";
import { ScoreBar } from "./score-bar";

interface TileProps {
  readonly card: Card;
  readonly aspect: Aspect;
  readonly eager?: boolean;
  readonly tabIndex?: number;
  readonly onFocus?: () => void;
  readonly onOpen: (card: Card) => void;
}

export function Tile({ card, aspect, eager = false, tabIndex, onFocus, onOpen }: TileProps) {
  return (
    <button
      type="button"
      tabIndex={tabIndex}
      onFocus={onFocus}
      onClick={() => onOpen(card)}
      aria-haspopup="dialog"
      className="group block w-full scroll-mt-28 rounded-xl text-left outline-none"
    >
      <span className="block rounded-xl ring-1 ring-line transition-shadow duration-150 group-hover:shadow-[0_6px_20px_oklch(0_0_0/0.12)] group-focus-visible:ring-3 group-focus-visible:ring-accent">
        <Picture src={card.thumbnail} alt="" aspect={aspect} eager={eager} />
      </span>
      <span className="mt-2.5 block truncate font-medium" title={card.title}>
        {card.title}
      </span>
      <span className="block h-4">
        {card.score !== undefined && <ScoreBar score={card.score} />}
      </span>
    </button>
  );
}
