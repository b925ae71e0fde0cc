"use client";

import { useEffect, useState } from "react";
import { type RunReply, withMore } from "@/lib/run";

const retryMs = 2000;

/** The runs as they are, told by the server while they train. */
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
    let stream: EventSource;
    let timer: ReturnType<typeof setTimeout>;
    const change = (message: MessageEvent<string>, merge: typeof withMore) => {
      const told: RunReply = JSON.parse(message.data);
      setRuns((before) => before.map((run) => (run.name === told.name ? merge(run, told) : run)));
    };
    const listen = () => {
      stream = new EventSource(`/api/runs/events?${query}`);
      stream.addEventListener("run", (message) => change(message, (_, whole) => whole));
      stream.addEventListener("more", (message) => change(message, withMore));
      stream.addEventListener("end", () => stream.close());
      stream.onopen = () => setLost(false);
      stream.onerror = () => {
        setLost(true);
        // A browser tries again by itself, unless it was answered with an error, as by a starting server.
        if (stream.readyState === EventSource.CLOSED) timer = setTimeout(listen, retryMs);
      };
    };
    listen();
    return () => {
      clearTimeout(timer);
      stream.close();
    };
  }, [running, query]);

  return { runs, lost };
}
