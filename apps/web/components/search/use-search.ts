"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import type { SearchReply } from "@/lib/contract";
import { fetchJson } from "@/lib/fetch-json";
import type { SearchState } from "./search-state";

const typingPauseMs = 120;

/**
 * Answers `query` as it is typed: asks after a pause, drops what is no longer wanted, and keeps the
 * former answer until the next has come.
 */
export function useSearch(query: string, first: SearchReply | undefined) {
  const [state, setState] = useState<SearchState>({
    answer: first,
    pending: false,
    failure: undefined,
  });
  const [attempt, setAttempt] = useState(0);
  const settled = useRef(first?.query ?? "");
  const wanted = query.trim();

  useEffect(() => {
    if (wanted === settled.current && attempt === 0) {
      setState((old) => (old.pending ? { ...old, pending: false } : old));
      return;
    }
    if (wanted === "") {
      settled.current = "";
      setState({ answer: undefined, pending: false, failure: undefined });
      return;
    }
    const abort = new AbortController();
    setState((old) => ({ ...old, pending: true }));
    const timer = setTimeout(() => {
      fetchJson<SearchReply>(`/api/search?q=${encodeURIComponent(wanted)}`, abort.signal).then(
        (answer) => {
          settled.current = wanted;
          setAttempt(0);
          setState({ answer, pending: false, failure: undefined });
        },
        (error: Error) => {
          if (abort.signal.aborted) return;
          settled.current = "\0"; // no query equals this: the next one is asked whatever it is
          setState((old) => ({ ...old, pending: false, failure: error.message }));
        },
      );
    }, typingPauseMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [wanted, attempt]);

  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  return { ...state, retry };
}
