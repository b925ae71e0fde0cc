import type { Extent } from "./scale";

export type Across = "steps" | "time";

/** How curves are looked at: what a link to them keeps. */
export interface PlotView {
  readonly across: Across;
  /** Weight of the past in the moving average, 0 to 0.99. */
  readonly smoothing: number;
  /** Logarithmic values, where all of a chart are above 0. */
  readonly log: boolean;
  /** The part of the x axis that is shown; all unless given. */
  readonly zoom?: Extent;
}

export const mostSmoothing = 0.99;
export const usualView: PlotView = { across: "steps", smoothing: 0.9, log: false };

/** Reads a view from an address; what is missing or makes no sense is as usual. */
export function parseView(parameters: URLSearchParams): PlotView {
  const smoothing = Number(parameters.get("smooth") ?? usualView.smoothing);
  const zoom = (parameters.get("zoom") ?? "").split("_").map((part) => Number(part || Number.NaN));
  const [from, to] = zoom as [number, number];
  return {
    across: parameters.get("x") === "time" ? "time" : "steps",
    smoothing: smoothing >= 0 && smoothing <= mostSmoothing ? smoothing : usualView.smoothing,
    log: parameters.get("log") === "1",
    ...(zoom.length === 2 && from >= 0 && from < to ? { zoom: [from, to] } : {}),
  };
}

/** The address's parameters with the view in them: only what is not as usual. */
export function withView(parameters: URLSearchParams, view: PlotView): URLSearchParams {
  const changed = new URLSearchParams(parameters);
  const put = (name: string, value: string | undefined) =>
    value === undefined ? changed.delete(name) : changed.set(name, value);
  put("x", view.across === "time" ? "time" : undefined);
  put("smooth", view.smoothing === usualView.smoothing ? undefined : String(view.smoothing));
  put("log", view.log ? "1" : undefined);
  put("zoom", view.zoom?.map((end) => String(Number(end.toPrecision(6)))).join("_"));
  return changed;
}
