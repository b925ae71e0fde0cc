import { useWords } from "@/components/words";
import type { RunStatus } from "@/lib/run";

const looks: Readonly<
  Record<RunStatus, readonly [word: "training" | "finished" | "stopped", dot: string]>
> = {
  running: ["training", "bg-accent animate-pulse"],
  finished: ["finished", "bg-muted"],
  stopped: ["stopped", "bg-warm"],
};

export function RunStatusBadge({ status }: { status: RunStatus }) {
  const { words } = useWords();
  const [word, dot] = looks[status];
  return (
    <span className="inline-flex items-center gap-2 rounded-full bg-sunken px-3 py-1 text-xs">
      <span className={`size-2 rounded-full ${dot}`} aria-hidden="true" />
      {words.runs[word]}
    </span>
  );
}
