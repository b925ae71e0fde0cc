"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import type { SearchReply } from "@/lib/contract";
import { fetchJson, ReplyError } from "@/lib/fetch-json";
import { asksSomething, type Query, searchParameters } from "@/lib/query";
import type { SearchStart } from "./search-state";

const typingPauseMs = 120;

interface SearchState {
  /** Stays on screen while the next one is on its way. */
  readonly answer: SearchReply | undefined;
  readonly pending: boolean;
  readonly failure?: unknown;
  readonly more: "idle" | "loading" | "failed";
}

const nothing: SearchState = { answer: undefined, pending: false, more: "idle" };

/** What to ask the server; empty where there is nothing to ask. */
export function wantedSearch(query: Query): string {
  return asksSomething(query) || query.filter.length > 0 ? searchParameters(query).toString() : "";
}

/**
 * Answers the query as it changes: asks after a pause, drops what is no longer wanted, and keeps the
 * former answer until the next has come. `loadMore` adds the next page.
 */
export function useSearch(query: Query, start: Pick<SearchStart, "answer" | "failure" | "query">) {
  const { failure } = start;
  const [state, setState] = useState<SearchState>({
    ...nothing,
    answer: start.answer,
    ...(failure && { failure: new ReplyError(failure.kind, failure.message, failure.status) }),
  });
  const [attempt, setAttempt] = useState(0);
  const settled = useRef(wantedSearch(start.query));
  const wanted = wantedSearch(query);

  useEffect(() => {
    if (wanted === settled.current && attempt === 0) {
      setState((old) => (old.pending ? { ...old, pending: false } : old));
      return;
    }
    if (wanted === "") {
      settled.current = "";
      setState(nothing);
      return;
    }
    const abort = new AbortController();
    setState((old) => ({ ...old, pending: true }));
    const timer = setTimeout(() => {
      fetchJson<SearchReply>(`/api/search?${wanted}`, abort.signal).then(
        (answer) => {
          settled.current = wanted;
          setAttempt(0);
          setState({ ...nothing, answer });
        },
        (error: unknown) => {
          if (abort.signal.aborted) return;
          settled.current = "\0"; // no query equals this: the next one is asked whatever it is
          setState((old) => ({ ...old, pending: false, failure: error }));
        },
      );
    }, typingPauseMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [wanted, attempt]);

  const { answer, more } = state;
  const loadMore = useCallback(() => {
    if (answer?.cursor === undefined || more === "loading") return;
    setState((old) => ({ ...old, more: "loading" }));
    const path = `/api/search?${settled.current}&cursor=${encodeURIComponent(answer.cursor)}`;
    const replace = (change: (old: SearchReply) => Partial<SearchState>) =>
      setState((old) => (old.answer === answer ? { ...old, ...change(answer) } : old));
    fetchJson<SearchReply>(path).then(
      ({ hits, cursor }) =>
        replace(({ cursor: _, ...before }) => ({
          more: "idle",
          answer: { ...before, hits: [...before.hits, ...hits], ...(cursor ? { cursor } : {}) },
        })),
      () => replace(() => ({ more: "failed" })),
    );
  }, [answer, more]);

  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  return { ...state, retry, loadMore };
}
