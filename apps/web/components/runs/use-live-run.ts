"use client";

import { useEffect, useState } from "react";
import { fetchJson } from "@/lib/fetch-json";
import type { RunReply } from "@/lib/run";

const pollMs = 2000;

/** The run as it is, asked again every 2 s while it trains and the page is looked at. */
export function useLiveRun(first: RunReply): { run: RunReply; failure: string | undefined } {
  const [run, setRun] = useState(first);
  const [failure, setFailure] = useState<string>();
  const running = run.status === "running";

  useEffect(() => {
    if (!running) return;
    const abort = new AbortController();
    const poll = async () => {
      if (document.hidden) return;
      try {
        const path = `/api/runs/${encodeURIComponent(first.name)}/metrics`;
        setRun(await fetchJson<RunReply>(path, abort.signal));
        setFailure(undefined);
      } catch (error) {
        if (!abort.signal.aborted) setFailure((error as Error).message);
      }
    };
    const timer = setInterval(poll, pollMs);
    return () => {
      clearInterval(timer);
      abort.abort();
    };
  }, [running, first.name]);

  return { run, failure };
}
