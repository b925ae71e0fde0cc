import type { Aspect, Card } from "@/lib/contract";
import { fieldLine } from "@/lib/field-line";
import { counted } from "@/lib/words/words";
import { useWords } from "../words";
import { ConfidenceBar } from "./confidence-bar";
import { Picture } from "./picture";

interface TileProps {
  readonly card: Card;
  readonly aspect: Aspect;
  readonly eager?: boolean;
  readonly tabIndex?: number;
  readonly onFocus?: () => void;
  readonly onOpen: (card: Card) => void;
}

export function Tile({ card, aspect, eager = false, tabIndex, onFocus, onOpen }: TileProps) {
  const { words, language } = useWords();
  const folded = card.duplicates?.length ?? 0;
  return (
    <button
      type="button"
      tabIndex={tabIndex}
      onFocus={onFocus}
      onClick={() => onOpen(card)}
      aria-haspopup="dialog"
      className="group block w-full scroll-mt-28 rounded-xl text-left outline-none"
    >
      <span className="relative block rounded-xl ring-1 ring-line transition-shadow duration-150 group-hover:shadow-[0_6px_20px_oklch(0_0_0/0.12)] group-focus-visible:ring-3 group-focus-visible:ring-accent">
        <Picture src={card.thumbnail} alt="" aspect={aspect} eager={eager} />
        {folded > 0 && (
          <span
            title={counted(words.card.duplicates, folded, language)}
            className="absolute right-2 bottom-2 rounded-full bg-black/70 px-2 py-0.5 font-medium text-white text-xs tabular-nums"
          >
            <span aria-hidden="true">+{folded}</span>
            <span className="sr-only">{counted(words.card.duplicates, folded, language)}</span>
          </span>
        )}
      </span>
      <span className="mt-2.5 block truncate font-medium" title={card.title}>
        {card.title}
      </span>
      <span className="block h-4 truncate text-muted text-xs">{fieldLine(card.fields)}</span>
      <span className="mt-1 block h-4">
        {card.confidence !== undefined && <ConfidenceBar confidence={card.confidence} />}
      </span>
    </button>
  );
}
