"use client";

import { useEffect, useState } from "react";
import { fetchJson } from "@/lib/fetch-json";
import type { MapReply, ReadyMap } from "@/lib/map";

const pauseMs = 700;

interface MapState {
  readonly map?: ReadyMap;
  /** Of the work, while it is being made. */
  readonly share?: number;
  readonly failure?: unknown;
}

/** The map, asked for again and again while the server makes it. */
export function useMap(): MapState & { readonly retry: () => void } {
  const [state, setState] = useState<MapState>({});
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt asks again
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const ask = async () => {
      try {
        const reply = await fetchJson<MapReply>("/api/map", abort.signal);
        if (reply.status === "ready") return setState({ map: reply });
        setState({ share: reply.share });
        timer = setTimeout(ask, pauseMs);
      } catch (failure) {
        if (!abort.signal.aborted) setState({ failure });
      }
    };
    void ask();
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [attempt]);
  return { ...state, retry: () => setAttempt((before) => before + 1) };
}
