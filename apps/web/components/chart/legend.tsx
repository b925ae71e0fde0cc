import { formatNumber } from "@/lib/scale";
import { nearestPoint, type Reference, type Series, strokeOf } from "./series";

interface LegendProps {
  readonly series: readonly Series[];
  readonly references: readonly Reference[];
  /** The step to read out; the last values unless given. */
  readonly at: number | undefined;
}

/** Names the lines and reads out their values, on a line of fixed height. */
export function Legend({ series, references, at }: LegendProps) {
  const named = series.filter(({ faint }) => !faint);
  return (
    <p className="mt-1 mb-2 flex h-5 gap-x-4 overflow-hidden whitespace-nowrap text-xs">
      {named.map(({ name, tone, points }) => {
        const reference = references.find((one) => one.tone === tone);
        const point = at === undefined ? points.at(-1) : nearestPoint(points, at);
        return (
          <span key={name} className="flex items-center gap-1.5">
            <Dash tone={tone} />
            <span className="text-muted">{name}</span>
            <span className="font-medium tabular-nums">{point ? formatNumber(point.y) : "–"}</span>
            {reference && (
              <span className="hidden text-muted tabular-nums sm:inline">
                {reference.label} {formatNumber(reference.value)}
              </span>
            )}
          </span>
        );
      })}
      <span className="ml-auto text-muted tabular-nums">
        {at !== undefined && `step ${at.toLocaleString("en")}`}
      </span>
    </p>
  );
}

function Dash({ tone }: { tone: Series["tone"] }) {
  return (
    <svg width="16" height="4" aria-hidden="true">
      <path d="M0 2h16" className={strokeOf[tone]} strokeWidth="2" />
    </svg>
  );
}
