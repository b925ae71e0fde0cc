import { formatNumber } from "@/lib/scale";
import { nearestPoint, type Reference, type Series, strokeOf } from "./series";

interface LegendProps {
  readonly series: readonly Series[];
  readonly references: readonly Reference[];
  /** The x to read out; the last values unless given. */
  readonly at: number | undefined;
  /** `at` in words. */
  readonly read: (x: number) => string;
}

/** Names the lines and reads out their values; values have a width of their own, so that no line breaks anew. */
export function Legend({ series, references, at, read }: LegendProps) {
  const named = series.filter(({ faint }) => !faint);
  return (
    <p className="mt-1 mb-2 flex min-h-5 flex-wrap gap-x-4 gap-y-1 text-xs">
      {named.map(({ name, tone, dotted, points }) => {
        const reference = references.find((one) => one.tone === tone);
        const point = at === undefined ? points.at(-1) : nearestPoint(points, at);
        return (
          <span key={name} className="flex min-w-0 items-center gap-1.5">
            <Dash tone={tone} {...(dotted ? { dotted } : {})} />
            <span className="truncate text-muted">{name}</span>
            <span className="min-w-11 font-medium tabular-nums">
              {point ? formatNumber(point.y) : "–"}
            </span>
            {reference && (
              <span className="hidden whitespace-nowrap text-muted tabular-nums sm:inline">
                {reference.label} {formatNumber(reference.value)}
              </span>
            )}
          </span>
        );
      })}
      <span className="ml-auto whitespace-nowrap text-muted tabular-nums">
        {at !== undefined && read(at)}
      </span>
    </p>
  );
}

export function Dash({ tone, dotted }: Pick<Series, "tone" | "dotted">) {
  return (
    <svg width="16" height="4" aria-hidden="true" className="shrink-0">
      <path
        d="M0 2h16"
        className={strokeOf[tone]}
        strokeWidth="2"
        {...(dotted ? { strokeDasharray: "1.5 3" } : {})}
      />
    </svg>
  );
}
