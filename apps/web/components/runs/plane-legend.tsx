import { Dash } from "@/components/chart/legend";
import { formatNumber } from "@/lib/scale";
import type { PlanePath, PlanePoint } from "./plane-paths";

interface PlaneLegendProps {
  readonly paths: readonly PlanePath[];
  readonly found: { readonly path: PlanePath; readonly point: PlanePoint } | undefined;
}

/** Names the ways, and reads out the checkpoint under the pointer. */
export function PlaneLegend({ paths, found }: PlaneLegendProps) {
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
          ? `${found.path.name}, ${found.point.step === 0 ? "base" : `step ${found.point.step}`}: uniformity ${formatNumber(found.point.uniformity)}, alignment ${formatNumber(found.point.alignment)}`
          : "○ base  ● last"}
      </span>
    </p>
  );
}
