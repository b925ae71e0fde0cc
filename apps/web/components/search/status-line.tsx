import type { ReactNode } from "react";
import type { SearchReply } from "@/lib/contract";

interface StatusLineProps {
  readonly answer: SearchReply | undefined;
  /** Items in the index. */
  readonly count: number;
  readonly failed: boolean;
  readonly children?: ReactNode;
}

/** One line of a fixed height above the grid: how many, of how many, how fast. */
export function StatusLine({ answer, count, failed, children }: StatusLineProps) {
  const pictures = `${count.toLocaleString("en")} ${count === 1 ? "picture" : "pictures"}`;
  const found = answer?.hits.length ?? 0;
  const results = `${found} ${found === 1 ? "result" : "results"}`;
  return (
    <div className="mb-4 flex h-5 items-baseline justify-between gap-6">
      {children}
      <p role="status" aria-live="polite" className="truncate">
        {answer && !failed && (
          <>
            {results}
            <span className="text-muted"> for “{answer.query}”</span>
          </>
        )}
      </p>
      <p className="shrink-0 text-muted tabular-nums">
        {pictures}
        {answer && !failed && (
          <span className="hidden sm:inline"> · {milliseconds(answer.timings)} ms</span>
        )}
      </p>
    </div>
  );
}

function milliseconds(timings: SearchReply["timings"]): string {
  const sum = Object.values(timings).reduce((total, time) => total + time, 0);
  return sum < 10 ? sum.toFixed(1) : sum.toFixed(0);
}
