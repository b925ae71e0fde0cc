import { Dash } from "@/components/chart/legend";
import { useWords } from "@/components/words";
import { formatNumber } from "@/lib/scale";
import { fill } from "@/lib/words/words";
import type { PlanePath, PlanePoint } from "./plane-paths";

interface PlaneLegendProps {
  readonly paths: readonly PlanePath[];
  readonly found: { readonly path: PlanePath; readonly point: PlanePoint } | undefined;
}

/** Names the ways, and reads out the checkpoint under the pointer. */
export function PlaneLegend({ paths, found }: PlaneLegendProps) {
  const { words } = useWords();
  return (
    <p className="mt-1 mb-2 flex min-h-5 flex-wrap gap-x-4 gap-y-1 text-xs">
      {paths.map(({ name, tone, dotted }) => (
        <span key={name} className="flex items-center gap-1.5">
          <Dash tone={tone} {...(dotted ? { dotted } : {})} />
          <span className="text-muted">{name}</span>
        </span>
      ))}
      <span className="ml-auto text-muted tabular-nums">
        {found
          ? fill(words.curves.point, {
              name: found.path.name,
              at:
                found.point.step === 0
                  ? words.runs.base
                  : fill(words.curves.step, { step: found.point.step }),
              uniformity: formatNumber(found.point.uniformity),
              alignment: formatNumber(found.point.alignment),
            })
          : words.curves.marks}
      </span>
    </p>
  );
}
