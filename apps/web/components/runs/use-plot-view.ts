"use client";

import { useState } from "react";
import { type PlotView, withView } from "@/lib/plot-view";

/** A view that the address keeps, so that a link shows what its sender saw. */
export function usePlotView(first: PlotView): [PlotView, (view: PlotView) => void] {
  const [view, setView] = useState(first);
  return [
    view,
    (next) => {
      setView(next);
      const query = withView(new URLSearchParams(location.search), next).toString();
      history.replaceState(history.state, "", query ? `?${query}` : location.pathname);
    },
  ];
}
