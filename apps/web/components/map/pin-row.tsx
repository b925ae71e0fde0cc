import { type PlaceReply, type ReadyMap, titleAt } from "@/lib/map";
import { fill } from "@/lib/words/words";
import { Icon } from "../icon";
import { useWords } from "../words";

interface PinRowProps {
  readonly map: ReadyMap;
  readonly pins: readonly PlaceReply[];
  readonly onRemove: (query: string) => void;
}

/** The queries on the map, each with the picture that is closest to it. */
export function PinRow({ map, pins, onRemove }: PinRowProps) {
  const { words } = useWords();
  const titleOf = ({ closest: [first] }: PlaceReply) =>
    first === undefined ? "" : titleAt(map, first);
  const last = pins.at(-1);
  return (
    <>
      <p role="status" className="sr-only">
        {last && fill(words.map.placed, { query: last.query, title: titleOf(last) })}
      </p>
      <ul className="flex flex-wrap gap-2">
        {pins.map((pin) => (
          <li
            key={pin.query}
            className="flex h-8 items-center gap-2 rounded-full border border-line bg-surface pr-1 pl-3"
          >
            <span dir="auto" className="max-w-48 truncate font-medium">
              {pin.query}
            </span>
            <span dir="auto" className="max-w-40 truncate text-muted max-sm:hidden">
              {titleOf(pin)}
            </span>
            <button
              type="button"
              aria-label={fill(words.map.remove, { query: pin.query })}
              onClick={() => onRemove(pin.query)}
              className="grid size-6 place-items-center rounded-full text-muted hover:bg-sunken hover:text-ink"
            >
              <Icon name="cross" className="size-3" />
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
