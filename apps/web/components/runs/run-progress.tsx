interface RunProgressProps {
  readonly step: number;
  readonly steps: number | null;
}

export function RunProgress({ step, steps }: RunProgressProps) {
  const done = step.toLocaleString("en");
  if (steps === null) return <span className="text-muted tabular-nums">step {done}</span>;
  return (
    <span className="flex items-center gap-3 text-muted tabular-nums">
      step {done} of {steps.toLocaleString("en")}
      {step < steps && (
        <progress
          value={step}
          max={steps}
          aria-label="Steps done"
          className="h-1.5 w-32 appearance-none overflow-hidden rounded-full bg-line [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-accent"
        />
      )}
    </span>
  );
}
