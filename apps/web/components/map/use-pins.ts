"use client";

import { useEffect, useState } from "react";
import { fetchJson } from "@/lib/fetch-json";
import type { PlaceReply } from "@/lib/map";

/** Where the queries lie; one that is new is asked for, one that fails says why. */
export function usePins(queries: readonly string[], ready: boolean) {
  const [known, setKnown] = useState<ReadonlyMap<string, PlaceReply>>(new Map());
  const [failure, setFailure] = useState<unknown>();
  const missing = ready ? queries.find((query) => !known.has(query)) : undefined;
  useEffect(() => {
    if (missing === undefined) return;
    const abort = new AbortController();
    fetchJson<PlaceReply>(`/api/map/place?q=${encodeURIComponent(missing)}`, abort.signal).then(
      (reply) => {
        setFailure(undefined);
        setKnown((before) => new Map(before).set(missing, reply));
      },
      (error: unknown) => abort.signal.aborted || setFailure(error),
    );
    return () => abort.abort();
  }, [missing]);
  return { pins: queries.flatMap((query) => known.get(query) ?? []), failure };
}
