import { Choice } from "@/components/choice";
import { useWords } from "@/components/words";
import { mostSmoothing, type PlotView } from "@/lib/plot-view";

interface ViewControlsProps {
  readonly view: PlotView;
  readonly onChange: (view: PlotView) => void;
}

/** How all curves of the page are drawn. */
export function ViewControls({ view, onChange }: ViewControlsProps) {
  const { words } = useWords();
  const { curves } = words;
  const { zoom: _, ...whole } = view;
  return (
    <div className="mt-6 flex flex-wrap items-center gap-x-6 gap-y-3 text-xs">
      <Choice
        label={curves.across}
        options={[
          ["steps", curves.steps],
          ["time", curves.time],
        ]}
        value={view.across}
        onChange={(across) => onChange({ ...whole, across })}
      />
      <label className="flex items-center gap-2">
        {curves.smoothing}
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
        {curves.log}
      </label>
      {view.zoom ? (
        <button
          type="button"
          onClick={() => onChange(whole)}
          className="rounded-md bg-sunken px-3 py-1 font-medium"
        >
          {curves.showAll}
        </button>
      ) : (
        <span className="text-muted max-sm:hidden">{curves.drag}</span>
      )}
    </div>
  );
}
