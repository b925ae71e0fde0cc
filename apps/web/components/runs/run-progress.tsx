import { useWords } from "@/components/words";
import { fill } from "@/lib/words/words";

interface RunProgressProps {
  readonly step: number;
  readonly steps: number | null;
}

export function RunProgress({ step, steps }: RunProgressProps) {
  const { words, language } = useWords();
  const done = step.toLocaleString(language);
  if (steps === null) {
    return <span className="text-muted tabular-nums">{fill(words.runs.step, { step: done })}</span>;
  }
  return (
    <span className="flex items-center gap-3 text-muted tabular-nums">
      {fill(words.runs.stepOf, { step: done, steps: steps.toLocaleString(language) })}
      {step < steps && (
        <progress
          value={step}
          max={steps}
          aria-label={words.runs.done}
          className="h-1.5 w-32 appearance-none overflow-hidden rounded-full bg-line [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-accent"
        />
      )}
    </span>
  );
}
