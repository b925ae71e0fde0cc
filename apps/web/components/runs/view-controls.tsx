import { Choice } from "@/components/choice";
import { mostSmoothing, type PlotView } from "@/lib/plot-view";

interface ViewControlsProps {
  readonly view: PlotView;
  readonly onChange: (view: PlotView) => void;
}

/** How all curves of the page are drawn. */
export function ViewControls({ view, onChange }: ViewControlsProps) {
  const { zoom: _, ...whole } = view;
  return (
    <div className="mt-6 flex flex-wrap items-center gap-x-6 gap-y-3 text-xs">
      <Choice
        label="Along the x axis"
        options={[
          ["steps", "steps"],
          ["time", "time"],
        ]}
        value={view.across}
        onChange={(across) => onChange({ ...whole, across })}
      />
      <label className="flex items-center gap-2">
        smoothing
        <input
          type="range"
          min="0"
          max={mostSmoothing}
          step="0.01"
          value={view.smoothing}
          onChange={(event) => onChange({ ...view, smoothing: Number(event.target.value) })}
          className="w-28 accent-accent"
        />
        <span className="w-8 text-muted tabular-nums">{view.smoothing}</span>
      </label>
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          checked={view.log}
          onChange={(event) => onChange({ ...view, log: event.target.checked })}
          className="size-4 accent-accent"
        />
        log scale
      </label>
      {view.zoom ? (
        <button
          type="button"
          onClick={() => onChange(whole)}
          className="rounded-md bg-sunken px-3 py-1 font-medium"
        >
          Show all
        </button>
      ) : (
        <span className="text-muted max-sm:hidden">drag over a chart to zoom in</span>
      )}
    </div>
  );
}
