/** A text in which `backticks` set what is to be typed. */
export function Sentence({ children }: { readonly children: string }) {
  return children.split("`").map((part, place) =>
    place % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text never change places
      <code key={place} className="rounded bg-sunken px-1.5 py-0.5 text-[0.9em] text-ink">
        {part}
      </code>
    ) : (
      part
    ),
  );
}
