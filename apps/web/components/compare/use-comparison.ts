"use client";

import { useEffect, useState } from "react";
import type { CompareReply } from "@/lib/contract";
import { fetchJson } from "@/lib/fetch-json";

const debounceMs = 120;

interface Asked {
  readonly query: string;
  readonly strength: number;
}

/** Base and tuned for a query; the former answer stays until the next is there. */
export function useComparison({ query, strength }: Asked, first: CompareReply | undefined) {
  const [answer, setAnswer] = useState(first);
  const [failure, setFailure] = useState<string>();
  const text = query.trim();

  useEffect(() => {
    const parameters = new URLSearchParams({
      ...(text && { q: text }),
      strength: String(strength),
    });
    history.replaceState(history.state, "", `?${parameters}`);
    if (text === "" || (answer?.query === text && answer.strength === strength)) return;
    const abort = new AbortController();
    const ask = async () => {
      try {
        setAnswer(await fetchJson<CompareReply>(`/api/compare?${parameters}`, abort.signal));
        setFailure(undefined);
      } catch (error) {
        if (!abort.signal.aborted) setFailure((error as Error).message);
      }
    };
    const timer = setTimeout(ask, debounceMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text, strength, answer]);

  return { answer: text === "" ? undefined : answer, failure };
}
