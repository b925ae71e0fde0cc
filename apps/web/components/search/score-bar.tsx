/** Cosine from 0 to 1 as a bar; drawn as SVG because the page allows no style attributes. */
export function ScoreBar({ score }: { score: number }) {
  const width = 100 * Math.min(1, Math.max(0, score));
  return (
    <span className="flex items-center gap-2" title="Cosine similarity">
      <svg
        viewBox="0 0 100 3"
        preserveAspectRatio="none"
        className="h-[3px] min-w-0 flex-1 overflow-hidden rounded-full"
        aria-hidden="true"
      >
        <rect width="100" height="3" className="fill-line" />
        <rect width={width} height="3" className="fill-accent" />
      </svg>
      <span className="text-muted text-xs tabular-nums">
        <span className="sr-only">score </span>
        {score.toFixed(2).replace("-", "−")}
      </span>
    </span>
  );
}
