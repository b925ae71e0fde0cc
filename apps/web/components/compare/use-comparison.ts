"use client";

import { useCallback, useEffect, useState } from "react";
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
  const [failure, setFailure] = useState<unknown>();
  const [attempt, setAttempt] = useState(0);
  const text = query.trim();
  const answered = answer?.query === text && answer.strength === strength;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt asks again
  useEffect(() => {
    const parameters = new URLSearchParams({
      ...(text && { q: text }),
      strength: String(strength),
    });
    history.replaceState(history.state, "", `?${parameters}`);
    setFailure(undefined);
    if (text === "" || answered) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      fetchJson<CompareReply>(`/api/compare?${parameters}`, abort.signal).then(
        setAnswer,
        (error: unknown) => abort.signal.aborted || setFailure(error),
      );
    }, debounceMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text, strength, answered, attempt]);

  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  return {
    answer: text === "" ? undefined : answer,
    failure,
    pending: text !== "" && !answered && failure === undefined,
    retry,
  };
}
