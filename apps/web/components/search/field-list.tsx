import type { Card } from "@/lib/contract";
import { fieldText } from "@/lib/field-line";
import { useWords } from "../words";

export function FieldList({ card }: { readonly card: Card }) {
  const { words, language } = useWords();
  const score = card.score?.toFixed(3).replace("-", "−");
  const rows: [string, string | number | boolean][] = [
    ...Object.entries(card.fields),
    ...(score === undefined ? [] : [[words.card.cosine, score] as [string, string]]),
    [words.card.id, card.id],
  ];
  return (
    <dl className="mt-4 grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 border-line border-t">
      {rows.map(([name, value]) => (
        <div key={name} className="col-span-2 grid grid-cols-subgrid border-line border-b py-2">
          <dt className="text-muted">{name}</dt>
          <dd dir="auto" className="break-words text-left">
            {/^https?:\/\//.test(String(value))
              ? link(String(value))
              : typeof value === "boolean"
                ? value
                  ? words.filters.yes
                  : words.filters.no
                : fieldText(value, language)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function link(value: string) {
  return (
    <a
      href={value}
      target="_blank"
      rel="noreferrer noopener"
      className="text-accent underline-offset-4 hover:underline"
    >
      {value}
    </a>
  );
}
