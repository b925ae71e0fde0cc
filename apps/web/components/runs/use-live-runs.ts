"use client";

import { useEffect, useState } from "react";
import { type RunReply, withMore } from "@/lib/run";

const retryMs = 2000;

/**
 * The runs as they are, told by the server while they train and are looked at: a browser has six connections to a
 * server for all of its tabs, and a stream holds one.
 */
export function useLiveRuns(first: readonly RunReply[]): {
  readonly runs: readonly RunReply[];
  /** The stream broke off; the browser tries again. */
  readonly lost: boolean;
} {
  const [runs, setRuns] = useState(first);
  const [lost, setLost] = useState(false);
  const names = first.map(({ name }) => name);
  const query = new URLSearchParams(names.map((name) => ["run", name])).toString();
  const running = first.some(({ status }) => status === "running");

  useEffect(() => {
    if (!running) return;
    let stream: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout>;
    const change = (message: MessageEvent<string>, merge: typeof withMore) => {
      const told: RunReply = JSON.parse(message.data);
      setRuns((before) => before.map((run) => (run.name === told.name ? merge(run, told) : run)));
    };
    const listen = () => {
      const now = new EventSource(`/api/runs/events?${query}`);
      stream = now;
      now.addEventListener("run", (message) => change(message, (_, whole) => whole));
      now.addEventListener("more", (message) => change(message, withMore));
      now.addEventListener("end", () => now.close());
      now.onopen = () => setLost(false);
      now.onerror = () => {
        setLost(true);
        // A browser tries again by itself, unless it was answered with an error, as by a starting server.
        if (now.readyState === EventSource.CLOSED) timer = setTimeout(listen, retryMs);
      };
    };
    const leave = () => {
      clearTimeout(timer);
      stream?.close();
    };
    const onVisibility = () => {
      leave();
      if (!document.hidden) listen();
    };
    onVisibility();
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      document.removeEventListener("visibilitychange", onVisibility);
      leave();
    };
  }, [running, query]);

  return { runs, lost };
}
