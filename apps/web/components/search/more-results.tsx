"use client";

import { useEffect, useRef } from "react";
import { useWords } from "../words";

interface MoreResultsProps {
  readonly state: "idle" | "loading" | "failed";
  readonly ended: boolean;
  readonly onMore: () => void;
}

/** The end of the grid: asks for more before it comes into sight, and says when there is none. */
export function MoreResults({ state, ended, onMore }: MoreResultsProps) {
  const { words } = useWords();
  const mark = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = mark.current;
    if (!element || ended || state !== "idle") return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) onMore();
      },
      { rootMargin: "900px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [ended, state, onMore]);

  return (
    <div ref={mark} className="mt-10 flex h-10 items-center justify-center gap-3 text-muted">
      {state === "failed" ? (
        <>
          <p role="alert">{words.search.moreFailed}</p>
          <button type="button" onClick={onMore} className="quiet-button">
            {words.search.loadMore}
          </button>
        </>
      ) : (
        <p>{ended ? words.search.end : state === "loading" ? `${words.search.more} …` : ""}</p>
      )}
    </div>
  );
}
