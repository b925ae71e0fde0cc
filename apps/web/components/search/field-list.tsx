import type { Card } from "@/lib/contract";

export function FieldList({ card }: { card: Card }) {
  const rows = [...Object.entries(card.fields), ["id", card.id] as const];
  return (
    <dl className="mt-4 grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 border-line border-t">
      {rows.map(([name, value]) => (
        <div key={name} className="col-span-2 grid grid-cols-subgrid border-line border-b py-2">
          <dt className="text-muted">{name}</dt>
          <dd className="break-words">
            {/^https?:\/\//.test(String(value)) ? link(value) : value}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function link(value: string | number) {
  return (
    <a
      href={String(value)}
      target="_blank"
      rel="noreferrer noopener"
      className="text-accent underline-offset-4 hover:underline"
    >
      {value}
    </a>
  );
}
